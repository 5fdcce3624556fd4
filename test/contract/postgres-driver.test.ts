import { describe, expect, it } from "vitest";
import { connectPostgres, type PostgresClientOptions, parsePostgresUrl } from "../../src/drivers/postgres/index.ts";
import { BadInputError, DeadlineExceededError, UnavailableError } from "../../src/shared/errors.ts";
import { Secret } from "../../src/shared/secret.ts";

const url = process.env.TEST_POSTGRES_URL;
const suite = url ? describe : describe.skip;

suite(`PostgreSQL client on a real server${url ? "" : " (set TEST_POSTGRES_URL)"}`, () => {
  const options = (more: Partial<PostgresClientOptions> = {}): PostgresClientOptions => {
    const { params: _params, ...address } = parsePostgresUrl(new Secret(url ?? ""));
    return {
      ...address,
      address: address.host,
      params: {},
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 5_000,
      applicationName: "dataos-test",
      readOnly: true,
      ...more,
    };
  };

  it("refuses a wrong and an empty password, and a database that is not there, saying what to check", async () => {
    const attempts = [
      { password: new Secret("wrong") },
      { password: new Secret("") },
      { database: "no_such_database" },
    ];
    const messages: string[] = [];
    for (const attempt of attempts) {
      const error = await connectPostgres(options(attempt)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BadInputError);
      messages.push((error as Error).message.replace(/^\S+/, "SERVER"));
    }
    expect(messages).toEqual([
      "SERVER refuses the password of user `postgres`; check username and password in the depot and its secret",
      "SERVER asks for a password of user `postgres`; give one in the depot and its secret",
      "SERVER has no database `no_such_database`; check the database name in the depot and its secret",
    ]);
  });

  it("stops a query at its time limit and goes on", async () => {
    const client = await connectPostgres(options({ statementTimeoutMs: 50 }));
    await expect(client.query("select pg_sleep(30)")).rejects.toThrow(DeadlineExceededError);
    expect(await client.query("select 1 as one")).toEqual([{ one: 1 }]);
    await client.close();
  });

  it("says that the connection was lost when an administrator ends it", async () => {
    const client = await connectPostgres(options());
    const other = await connectPostgres(options());
    const [backend] = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    const query = client.query("select pg_sleep(30)");
    const lost = expect(query).rejects.toThrow(UnavailableError);
    await other.query("select pg_terminate_backend($1)", [backend?.pid]);
    await lost;
    await client.close();
    await other.close();
  });

  it("leaves a mistake in SQL as it is and goes on", async () => {
    const client = await connectPostgres(options());
    await expect(client.query("select * from no_such_table")).rejects.toThrow(
      'relation "no_such_table" does not exist',
    );
    expect(await client.query("select 1 as one")).toEqual([{ one: 1 }]);
    await client.close();
  });
});
