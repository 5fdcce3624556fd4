import { BadInputError } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";

/** A connection URL in its parts. */
export interface PostgresAddress {
  /** a name, an address, or the folder of a Unix socket */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: Secret;
  readonly params: ReadonlyMap<string, string>;
}

/**
 * Reads `postgresql://[user[:password]@]host[:port]/database[?sslmode=…&host=/socket/folder]`.
 * @throws {BadInputError} another form; SECURITY: the message holds nothing of the URL
 */
export function parsePostgresUrl(url: Secret): PostgresAddress {
  const text = url.reveal();
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (!parsed || !["postgresql:", "postgres:"].includes(parsed.protocol)) {
    throw new BadInputError(
      "a PostgreSQL URL has the form `postgresql://user:password@host:5432/database?sslmode=verify-full`, with special characters of the password percent-encoded",
    );
  }
  const params = new Map(parsed.searchParams);
  const database = decode(parsed.pathname.slice(1));
  const host = params.get("host") ?? decode(parsed.hostname).replace(/^\[(.+)\]$/, "$1");
  if (database === "" || host === "") {
    throw new BadInputError(
      "a PostgreSQL URL must name a host and a database: `postgresql://user:password@host:5432/database`",
    );
  }
  return {
    host,
    port: parsed.port === "" ? 5432 : Number(parsed.port),
    database,
    username: decode(parsed.username) || "postgres",
    password: new Secret(decode(parsed.password)),
    params,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadInputError("a PostgreSQL URL has a wrong escape; write `%` as `%25`");
  }
}
