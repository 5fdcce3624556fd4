import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connectPostgres, type PostgresClientOptions, parsePostgresUrl } from "../../src/drivers/postgres/index.ts";
import { DeadlineExceededError, PayloadTooLargeError } from "../../src/shared/errors.ts";
import { Secret } from "../../src/shared/secret.ts";
import { type PgliteServer, startPglite } from "../support/pglite.ts";
import { freePort, startTcpServer, type TcpServer } from "../support/tcp.ts";

const canary = "canary-password";
const certificate = readFileSync(new URL("../fixtures/tls/db.test.cert.pem", import.meta.url), "utf8");
const privateKey = readFileSync(new URL("../fixtures/tls/db.test.key.pem", import.meta.url), "utf8");

function options(port: number, more: Partial<PostgresClientOptions> = {}): PostgresClientOptions {
  return {
    host: "db.test",
    address: "127.0.0.1",
    port,
    database: "postgres",
    username: "postgres",
    password: new Secret(canary),
    params: {},
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: "dataos-test",
    readOnly: true,
    ...more,
  };
}

/** Class and message of what `work` rejects with, with the port left out. */
async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("rejected with no error");
  expect(inspect(error)).not.toContain(canary);
  return `${error.name}: ${error.message}`.replace(/:\d{4,5}\b/g, ":PORT");
}

describe("PostgreSQL client", () => {
  let database: PgliteServer;
  let port: number;
  const servers: TcpServer[] = [];
  const serve = async (onConnection: Parameters<typeof startTcpServer>[0]): Promise<number> => {
    const server = await startTcpServer(onConnection);
    servers.push(server);
    return server.port;
  };
  /** WHY: this database takes one connection, and is busy for a moment after one was cut off. */
  const connectWhenFree = () => vi.waitFor(() => connectPostgres(options(port)));
  beforeAll(async () => {
    database = await startPglite();
    port = Number(new URL(database.url).port);
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await database.stop();
  });

  it("gives numbers for 64-bit integers, arrays for names and text for times", async () => {
    const client = await connectPostgres(options(port));
    const rows = await client.query(
      "select 9007199254740991::int8 big, array['a'::name] names, array[1, null]::int8[] list, '2026-01-31'::date as day, $1::text given",
      ["x"],
    );
    await client.close();
    expect(rows).toEqual([{ big: 9007199254740991, names: ["a"], list: [1, null], day: "2026-01-31", given: "x" }]);
  });

  it("changes nothing in a read-only session", async () => {
    const client = await connectPostgres(options(port));
    expect(await failure(client.query("create table t (a int)"))).toMatchInlineSnapshot(
      `"UnavailableError: db.test:PORT takes no changes: it is a standby, or the session is read-only; name the primary server in the depot and its secret"`,
    );
    await client.close();
    await client.close();
  });

  it("closes rather than keep more rows or bytes than allowed", async () => {
    for (const limits of [{ maxRows: 10 }, { maxBytes: 100 }]) {
      const client = await connectWhenFree();
      const query = client.query("select repeat('x', 20) from generate_series(1, 100)", [], limits);
      await expect(query).rejects.toThrow(PayloadTooLargeError);
      await client.close();
    }
    const client = await connectWhenFree();
    expect(await client.query("select generate_series(1, 10)", [], { maxRows: 10 })).toHaveLength(10);
    await client.close();
  });

  it("ends a query when it is told to", async () => {
    const silent = await serveBehind(database, serve, "select slow");
    const client = await connectPostgres(options(silent));
    const stop = new AbortController();
    const query = client.query("select slow", [], { signal: stop.signal });
    stop.abort(new Error("cancelled by the test"));
    await expect(query).rejects.toThrow("cancelled by the test");
    await expect(client.query("select 1", [], { signal: stop.signal })).rejects.toThrow("cancelled by the test");
    await client.close();
  });

  it("says where to look when the server cannot be reached", async () => {
    const refused = connectPostgres(options(await freePort()));
    expect(await failure(refused)).toMatchInlineSnapshot(
      `"UnavailableError: nothing listens on db.test:PORT; check host and port in the depot and its secret, and that PostgreSQL runs there and accepts connections"`,
    );
  });

  it("gives up on a server that accepts and never answers", async () => {
    const hung = await serve(() => {});
    for (const sslmode of ["disable", "prefer"]) {
      const attempt = connectPostgres(options(hung, { connectTimeoutMs: 50, params: { sslmode } }));
      expect(await failure(attempt)).toMatch(
        /^UnavailableError: db.test:PORT did not answer in time; check host and port/,
      );
    }
  });

  it("gives up on a query that the server never answers", async () => {
    const silent = await serveBehind(database, serve, "select slow");
    const client = await connectPostgres(options(silent, { statementTimeoutMs: 50, graceMs: 50 }));
    const query = client.query("select slow");
    await expect(query).rejects.toThrow(DeadlineExceededError);
    await client.close();
  });

  it("names a service that is no PostgreSQL", async () => {
    const web = await serve((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect(await failure(connectPostgres(options(web)))).toMatchInlineSnapshot(
      `"UnavailableError: what listens on db.test:PORT did not answer as PostgreSQL does; check host and port in the depot and its secret, and whether the server still takes connections"`,
    );
  });

  it("says that the connection was lost when the server goes away during a query", async () => {
    const dropping = await serveBehind(database, serve, "select slow", (socket) => socket.destroy());
    const client = await connectPostgres(options(dropping));
    expect(await failure(client.query("select slow"))).toMatchInlineSnapshot(
      `"UnavailableError: the connection to db.test:PORT was lost; see whether PostgreSQL runs there, then try again"`,
    );
    expect(await failure(client.query("select 1"))).toMatch(
      /^UnavailableError: the connection to db.test:PORT was lost/,
    );
    await client.close();
  });

  it("asks for what TLS needs", async () => {
    const problems = {
      "no TLS": await failure(connectPostgres(options(port, { params: { sslmode: "require" } }))),
      "unknown mode": await failure(connectPostgres(options(port, { params: { sslmode: "on" } }))),
      "a path": await failure(
        connectPostgres(options(port, { params: { sslmode: "require", sslrootcert: "/etc/passwd" } })),
      ),
    };
    expect(problems).toMatchInlineSnapshot(`
      {
        "a path": "BadInputError: \`sslrootcert\` must be the text of a certificate that starts with \`-----BEGIN CERTIFICATE-----\`",
        "no TLS": "BadInputError: db.test:PORT offers no TLS; turn it on there, or set sslmode to disable in the depot and its secret",
        "unknown mode": "BadInputError: unknown sslmode \`on\`; expected one of disable, prefer, require, verify-ca, verify-full",
      }
    `);
  });

  it("encrypts where it can, and checks the name it was given against the certificate", async () => {
    const tlsPort = await serve((socket) => {
      socket.once("data", () => {
        socket.write("S");
        const secureContext = createSecureContext({ key: privateKey, cert: certificate });
        const encrypted = new TLSSocket(socket, { isServer: true, secureContext });
        const upstream = connect(port, "127.0.0.1");
        encrypted.on("error", () => upstream.destroy()).pipe(upstream);
        upstream.on("error", () => encrypted.destroy()).pipe(encrypted);
      });
    });
    const attempt = async (more: Partial<PostgresClientOptions>) => {
      const client = await connectPostgres(options(tlsPort, more));
      const rows = await client.query("select 1 as one");
      await client.close();
      return rows;
    };
    const trusted = { sslmode: "verify-full", sslrootcert: certificate };
    for (const params of [{}, { sslmode: "require" }, { sslmode: "verify-ca", sslrootcert: certificate }, trusted]) {
      expect(await attempt({ params }), params.sslmode).toEqual([{ one: 1 }]);
    }
    expect(await failure(attempt({ params: { sslmode: "verify-full" } }))).toMatchInlineSnapshot(
      `"BadInputError: the certificate of db.test:PORT cannot be trusted (self-signed certificate); give its authority as sslrootcert in the depot and its secret, or mend the certificate"`,
    );
    expect(await failure(attempt({ params: trusted, host: "other.test" }))).toMatchInlineSnapshot(
      `"BadInputError: the certificate of other.test:PORT cannot be trusted (Hostname/IP does not match certificate's altnames: Host: other.test. is not in the cert's altnames: DNS:db.test); give its authority as sslrootcert in the depot and its secret, or mend the certificate"`,
    );
    expect(await failure(attempt({ params: trusted, host: "127.0.0.1" }))).toContain("cannot be trusted");
  });

  it("refuses bytes that somebody put behind the server's offer of TLS", async () => {
    const injecting = await serve((socket) => void socket.once("data", () => socket.write("Sx")));
    expect(await failure(connectPostgres(options(injecting)))).toMatch(/did not answer as PostgreSQL does/);
  });
});

describe("PostgreSQL URL", () => {
  it("is read with its escapes", () => {
    const parsed = parsePostgresUrl(new Secret("postgresql://us%40er:p%2Fw@db.test:1/da%20ta?sslmode=require"));
    expect({ ...parsed, password: parsed.password.reveal(), params: Object.fromEntries(parsed.params) }).toEqual({
      host: "db.test",
      port: 1,
      database: "da ta",
      username: "us@er",
      password: "p/w",
      params: { sslmode: "require" },
    });
    expect(parsePostgresUrl(new Secret("postgres://[::1]/d"))).toMatchObject({
      host: "::1",
      port: 5432,
      username: "postgres",
    });
    expect(parsePostgresUrl(new Secret("postgres://h/d?host=/run/postgresql")).host).toBe("/run/postgresql");
  });

  it("is never part of the message when it cannot be read", () => {
    for (const text of [
      `mysql://u:${canary}@h/d`,
      `postgres://u:${canary}@h`,
      `postgres://u:${canary}@h:99999/d`,
      `postgres://u:${canary}%zz@h/d`,
      canary,
    ]) {
      let error: unknown;
      try {
        parsePostgresUrl(new Secret(text));
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error)).not.toContain(canary);
    }
  });
});

/** A server that passes everything on to `database`, except a query with `text`, which it leaves to `onText`. */
function serveBehind(
  database: PgliteServer,
  serve: (onConnection: Parameters<typeof startTcpServer>[0]) => Promise<number>,
  text: string,
  onText: (socket: import("node:net").Socket) => void = () => {},
): Promise<number> {
  return serve((socket) => {
    const upstream = connect(Number(new URL(database.url).port), "127.0.0.1");
    upstream.on("error", () => socket.destroy()).pipe(socket);
    socket.on("close", () => upstream.destroy());
    socket.on("data", (chunk) => {
      if (chunk.includes(text)) onText(socket);
      else upstream.write(chunk);
    });
  });
}
