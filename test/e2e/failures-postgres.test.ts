import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFreshDatabase, type FreshDatabase } from "../support/fresh-database.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { joinManifests, messageOf, readRuns, scanManifest, waitForStatus } from "./support/resources.ts";
import { startServer, type TestServer, waitFor } from "./support/server.ts";

const postgresUrl = process.env.TEST_POSTGRES_URL;

const secret = `name: shop-r
version: v1
type: instance-secret
instance-secret:
  type: key-value-properties
  acl: r
  data: {username: "\${SHOP_USERNAME}", password: "\${SHOP_PASSWORD}"}
`;

function depot(name: string, server: URL, database: string): string {
  return `name: ${name}
version: v2alpha
type: depot
depot:
  type: POSTGRESQL
  external: true
  secrets: [{name: shop-r, allkeys: true}]
  postgresql: {host: ${server.hostname}, port: ${server.port}, database: ${database}}
`;
}

if (!postgresUrl) describe.skip("credentials that a PostgreSQL server refuses (set TEST_POSTGRES_URL)", () => {});
else
  describe("credentials that a PostgreSQL server refuses", () => {
    const folder = createTempDir();
    const at = new URL(postgresUrl);
    let source: FreshDatabase;
    let server: TestServer;
    beforeAll(async () => {
      source = await createFreshDatabase(postgresUrl, "refused");
      await source.exec("create table orders (id int primary key)");
      server = await startServer({ dataDir: folder.path });
    });
    afterAll(async () => {
      await server?.kill("SIGTERM");
      await source?.stop();
      folder.remove();
    });
    const apply = async (input: string, password: string): Promise<void> => {
      const env = { SHOP_USERNAME: decodeURIComponent(at.username), SHOP_PASSWORD: password };
      const applied = await server.ctl(["apply", "-f", "-"], { input, env });
      expect(applied.exit, applied.stderr).toBe(0);
    };

    it("hold the scan back and say why, and a mended secret sets everything going by itself", async () => {
      await apply(joinManifests(secret, depot("shop", at, source.database), scanManifest("shop")), "not-the-password");
      const wrong = `${at.host} refuses the password of user \`${at.username}\`; check username and password in the depot and its secret`;
      expect(messageOf(await waitForStatus(server, "depot", "shop", "error"))).toBe(wrong);
      const got = await server.ctl(["get", "-a", "-t", "workflow"]);
      expect(got.stderr).toBe(
        `warning: workflow/public/scan-shop: waits for depot \`shop\`, which is Provisioning: ${wrong}\n`,
      );
      const refused = await server.ctl(["run", "-n", "scan-shop"]);
      expect(refused).toMatchObject({
        exit: 6,
        stderr: `error: workflow \`public/scan-shop\` cannot run now: waits for depot \`shop\`, which is Provisioning: ${wrong}\n`,
      });

      await apply(secret, decodeURIComponent(at.password));
      await waitForStatus(server, "depot", "shop", "active", 10_000);
      await waitFor(
        () => readRuns(server, "scan-shop"),
        ([run]) => run?.state === "succeeded",
      );
    });

    it("end a run that needs them with the same message when they are changed at the source", async () => {
      await source.exec("create role shop_reader login password 'first-one'");
      const grants = `name: reader-r
version: v1
type: instance-secret
instance-secret: {type: key-value-properties, acl: r, data: {username: shop_reader, password: first-one}}
`;
      const readerDepot = depot("reader", at, source.database).replace("shop-r", "reader-r");
      await apply(joinManifests(grants, readerDepot, scanManifest("reader")), "unused");
      await waitFor(
        () => readRuns(server, "scan-reader"),
        ([run]) => run?.state === "succeeded",
      );
      await source.exec("alter role shop_reader password 'second-one'");
      await server.ctl(["run", "-n", "scan-reader"]);
      const followed = await server.ctl(["log", "-t", "workflow", "-n", "scan-reader", "-f"]);
      const wrong = `${at.host} refuses the password of user \`shop_reader\`; check username and password in the depot and its secret`;
      expect(followed).toMatchObject({
        exit: 1,
        stderr: `error: the run failed: job \`scan\` failed: ${wrong}\n`,
      });
      expect(messageOf(await waitForStatus(server, "depot", "reader", "error", 10_000))).toBe(wrong);
      await source.exec("drop role shop_reader");
    });

    it("say which database is missing", async () => {
      await apply(depot("missing", at, "no_such_database"), "unused");
      expect(messageOf(await waitForStatus(server, "depot", "missing", "error"))).toBe(
        `${at.host} has no database \`no_such_database\`; check the database name in the depot and its secret`,
      );
    });
  });
