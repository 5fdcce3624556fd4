import { createServer, type Server, type Socket } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresScan, type ScanReport, scanPostgres, testConnection } from "../../src/scanner/index.ts";
import { createFreshDatabase, type FreshDatabase } from "../support/fresh-database.ts";
import { createRecordingIngest, type Recording } from "../support/recording-ingest.ts";
import { connectionOf, localGuard, silentProgress, wholeScope } from "../support/scanning.ts";

const serverUrl = process.env.TEST_POSTGRES_URL;

async function scan(
  url: string,
  changes: Partial<PostgresScan> = {},
): Promise<{ readonly report: ScanReport; readonly recording: Recording }> {
  const { ingest, recording } = createRecordingIngest();
  const connection = connectionOf(url);
  const request = { connection, guard: localGuard, depot: "d", scope: wholeScope, progress: silentProgress };
  return { report: await scanPostgres({ ...request, ingest, ...changes }), recording };
}

if (!serverUrl) describe.skip("trouble with a PostgreSQL source (set TEST_POSTGRES_URL)", () => {});
else
  describe("trouble with a PostgreSQL source", () => {
    let fresh: FreshDatabase;
    let holder: pg.Client;

    beforeAll(async () => {
      fresh = await createFreshDatabase(serverUrl, "trouble");
      await fresh.exec(
        "create table plain (a int); create table other (b int default 1); create view v as select a from plain",
      );
      holder = new pg.Client({ connectionString: fresh.url });
      await holder.connect();
    });
    afterAll(async () => {
      await holder?.end();
      await fresh?.stop();
    });
    const whileLocked = async <T>(table: string, work: () => Promise<T>): Promise<T> => {
      await holder.query("begin");
      await holder.query(`lock table ${table} in access exclusive mode`);
      try {
        return await work();
      } finally {
        await holder.query("rollback");
      }
    };

    it("goes on without definitions and sizes when a table is locked, and says so", async () => {
      const { report, recording } = await whileLocked("plain", () =>
        scan(fresh.url, { timeouts: { lockTimeoutMs: 100 } }),
      );
      const locked =
        "a table is locked by another session of the source; run the scan again when what changes the table there is done";
      expect(report.facts.warnings).toEqual([
        `definitions of views were not read, so their lineage comes from the database's own dependency list: ${locked}`,
        `sizes were not read: ${locked}`,
      ]);
      expect(report.facts).toMatchObject({
        tables: 2,
        views: 1,
        viewLineage: { exact: 0, partial: 0, dependencies: 1 },
      });
      const urn = (path: string): string => `urn:dataos:dataset:d:${fresh.database}/public/${path}`;
      expect(recording.entities.get(urn("v"))?.aspects).not.toHaveProperty("definition");
      const common = { to: urn("v"), expression: undefined, masking: false, confidence: 0.5, evidence: urn("v") };
      expect(recording.lineage.get(urn("v"))).toEqual([
        { from: urn("plain"), type: "DIRECT", subtype: "TRANSFORMATION", ...common },
        { from: urn("plain#a"), type: "INDIRECT", subtype: "REFERENCE", ...common },
      ]);
    });

    it("leaves no session, lock or open transaction behind", async () => {
      const left = await fresh.query(
        "select 1 from pg_stat_activity where application_name = 'dataos-scanner' and datname = current_database()",
      );
      expect(left).toEqual([]);
    });

    it("scans as a user who may connect and no more", async () => {
      const role = fresh.database;
      await fresh.exec(`create role ${role} login password 'pw'; revoke all on schema public from public`);
      try {
        const url = new URL(fresh.url);
        url.username = role;
        url.password = "pw";
        const { report } = await scan(url.href);
        expect(report.facts).toMatchObject({ tables: 2, views: 1, viewLineage: { exact: 1 } });
      } finally {
        await fresh.exec(`drop owned by ${role}; drop role ${role}`);
      }
    });

    it("says what to change for a wrong password, a wrong database and a closed port", async () => {
      const messageFor = async (change: (url: URL) => void): Promise<string> => {
        const url = new URL(fresh.url);
        change(url);
        return testConnection(connectionOf(url.href), localGuard).then(
          () => "connected",
          (error: Error) => error.message.replaceAll(`:${new URL(fresh.url).port}`, ":PORT"),
        );
      };
      expect(
        await messageFor((url) => {
          url.password = "wrong";
        }),
      ).toBe(
        "127.0.0.1:PORT refuses the password of user `postgres`; check username and password in the depot and its secret",
      );
      expect(
        await messageFor((url) => {
          url.pathname = "/nowhere";
        }),
      ).toBe("127.0.0.1:PORT has no database `nowhere`; check the database name in the depot and its secret");
      expect(
        await messageFor((url) => {
          url.port = "1";
        }),
      ).toBe(
        "nothing listens on 127.0.0.1:1; check host and port in the depot and its secret, and that PostgreSQL runs there and accepts connections",
      );
    });

    it("does not connect where the guard does not allow", async () => {
      const guard = { resolve: () => Promise.reject(new Error("refused by the guard")) };
      await expect(scan(fresh.url, { guard })).rejects.toThrow("refused by the guard");
    });
  });

describe("a source that is no PostgreSQL", () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  const listen = (onConnection: (socket: Socket) => void): Promise<string> =>
    new Promise((resolve) => {
      const server = createServer((socket) => {
        sockets.push(socket);
        socket.on("error", () => {});
        onConnection(socket);
      });
      servers.push(server);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(`postgresql://u:p@127.0.0.1:${typeof address === "object" ? address?.port : 0}/db?sslmode=disable`);
      });
    });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  });

  it("is given up on when it takes the connection and never answers", async () => {
    const url = await listen(() => {});
    const start = performance.now();
    await expect(scan(url, { timeouts: { connectTimeoutMs: 300 } })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it("is given up on when it speaks something else or hangs up", async () => {
    for (const answer of ["HTTP/1.1 400 Bad Request\r\n\r\n", ""]) {
      const url = await listen((socket) => socket.end(answer));
      await expect(scan(url, { timeouts: { connectTimeoutMs: 1_000 } })).rejects.toMatchObject({
        code: expect.stringMatching(/UNAVAILABLE|BAD_USER_INPUT/),
      });
    }
  });

  it("is given up on when the whole scan takes too long", async () => {
    const url = await listen(() => {});
    await expect(scan(url, { scanTimeoutMs: 100, timeouts: { connectTimeoutMs: 500 } })).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message:
        "the scan of depot `d` took longer than 0.1 s and was stopped; narrow schemaFilterPattern, or see what slows the source",
    });
  });
});
