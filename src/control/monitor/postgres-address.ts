import type { SourceConnection } from "../../scanner/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";

const expected = "expected `postgres://user:password@host:5432/database?sslmode=require`";

/** Where a `dsn` leads. @throws {BadInputError} it is no such URL; the message does not repeat it */
export function readPostgresUrl(dsn: Secret): SourceConnection {
  const text = dsn.reveal();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol) || url.hostname === "" || url.username === "")
    throw new BadInputError(`\`dsn\` is no address of a PostgreSQL server; ${expected}`);
  try {
    return {
      engine: "postgresql",
      host: decodeURIComponent(url.hostname),
      port: url.port === "" ? 5432 : Number(url.port),
      database: decodeURIComponent(url.pathname.slice(1)) || "postgres",
      username: decodeURIComponent(url.username),
      password: new Secret(decodeURIComponent(url.password)),
      params: Object.fromEntries(url.searchParams),
    };
  } catch (cause) {
    throw new BadInputError(`\`dsn\` has a % that stands for nothing; ${expected}`, { cause });
  }
}
