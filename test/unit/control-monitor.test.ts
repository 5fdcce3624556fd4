import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { createSendHttp } from "../../src/control/index.ts";
import type { Delivery, Incident } from "../../src/control/ports.ts";
import { createSmtpMailer } from "../../src/drivers/smtp/index.ts";
import { createNetworkGuard, readPostgresRows } from "../../src/scanner/index.ts";
import { Secret } from "../../src/shared/secret.ts";
import { createTestControl, type TestControl, type TestControlOptions, until } from "../support/control.ts";
import { startPglite } from "../support/pglite.ts";
import { stateEngines } from "../support/state.ts";

const [sqlite] = stateEngines();
const local = createNetworkGuard({ allowedNetworks: ["127.0.0.0/8"] });
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: TestControlOptions = {}): Promise<TestControl> {
  const state = await (await sqlite!.create()).open();
  const test = await createTestControl(state, options);
  await test.control.start();
  open.push(async () => {
    await test.control.stop();
    await state.close();
  });
  return test;
}

/** A metric of the server that the test moves. */
function createGauge(value: number) {
  const gauge = { value };
  return { gauge, readMetrics: () => `# TYPE load gauge\nload{cpu="a"} ${gauge.value}\nload{cpu="b"} 1\n` };
}

const monitor = (parts: string, incident = "{name: cpualerts, severity: high, incident_type: cpu}", name = "cpu") =>
  `name: ${name}\nversion: v1alpha\ntype: monitor\ndescription: looks at the load\nmonitor:\n  schedule: '*/2 * * * *'\n${parts}  incident: ${incident}\n`;
const above = (ql: string, limit: number, more = "type: prom") => `  type: equation_monitor
  equation:
    leftExpression: {queryCoefficient: 1, queryConstant: 0, query: {${more}, ql: ${JSON.stringify(ql)}}}
    rightExpression: {queryCoefficient: 0, queryConstant: ${limit}}
    operator: greater_than
`;
const pager = (output: string, more = "") => `name: tell
version: v1alpha
type: pager
pager:
  conditions:
    - {valueJqFilter: .properties.name, operator: equals, value: cpualerts}
${more}  output: ${output}
`;

async function incidents(test: TestControl): Promise<readonly Incident[]> {
  const auth = await test.authorizer.authorizeList(await test.call("root"), "incident.read");
  return (await test.control.incidents(auth, {}, { first: 100, after: undefined })).items.map(({ node }) => node);
}

async function deliveries(test: TestControl): Promise<readonly Delivery[]> {
  const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.read");
  const ref = { type: "pager", name: "tell", workspace: "public" } as const;
  return (await test.control.deliveries(auth, ref, { first: 100, after: undefined })).items.map(({ node }) => node);
}

/** Lets the time of the next look come, and waits until it has ended. */
async function look(test: TestControl, name = "cpu"): Promise<void> {
  await test.control.whenIdle();
  const before = (await test.get("monitor", name, "public")).runtime;
  test.clock.advance(120_000);
  await until(async () => {
    const { runtime } = await test.get("monitor", name, "public");
    return runtime.startsWith("next:") && runtime !== before;
  });
}

const conditionOf = async (test: TestControl, type: "monitor" | "pager", name: string, condition: string) =>
  (await test.get(type, name, "public")).conditions.find((one) => one.type === condition);

/** A server that keeps what it gets, and answers what the test says. */
async function startReceiver(answer: (count: number) => number = () => 200) {
  const got: { readonly headers: IncomingHttpHeaders; readonly body: string; readonly method: string | undefined }[] =
    [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), method: request.method });
      response.writeHead(answer(got.length), { location: "http://127.0.0.1:1/" }).end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

describe("a monitor", () => {
  it("opens an incident when its condition holds, counts it while it lasts, and resolves it when it is gone", async () => {
    const { gauge, readMetrics } = createGauge(50);
    const test = await start({ readMetrics });
    await test.apply("root", monitor(above('load{cpu="a"}', 80)));
    await test.control.whenIdle();
    expect(await test.get("monitor", "cpu", "public")).toMatchObject({ phase: "Active", status: "active" });
    await look(test);
    expect(await incidents(test)).toEqual([]);
    gauge.value = 93;
    await look(test);
    await look(test);
    const [found, ...others] = await incidents(test);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      state: "open",
      ...{ name: "cpualerts", severity: "high", count: 2, monitor: "cpu", workspace: "public" },
      message: '93 is greater than 80 for load{cpu="a"}',
      document: {
        properties: { name: "cpualerts", severity: "high", incident_type: "cpu", incidentType: "cpu" },
        monitor: { name: "cpu", workspace: "public", description: "looks at the load" },
        equationContext: { operator: "greater_than", leftValue: 93, rightValue: 80 },
      },
    });
    expect(await conditionOf(test, "monitor", "cpu", "NoIncidents")).toMatchObject({
      status: "False",
      message: "1 open: `cpualerts`",
    });
    const acknowledging = await test.authorizer.authorizeList(await test.call("root"), "incident.acknowledge");
    await test.control.acknowledgeIncident(acknowledging, found?.id ?? "", "on it");
    gauge.value = 10;
    await look(test);
    expect(await incidents(test)).toMatchObject([
      { state: "resolved", count: 2, acknowledgedBy: "root", notes: "on it" },
    ]);
    await expect(test.control.acknowledgeIncident(acknowledging, found?.id ?? "", undefined)).rejects.toThrow(
      "incident `cpualerts` is resolved; there is nothing left to acknowledge",
    );
    const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.read");
    const events = await test.control.events(auth, { type: "monitor", name: "cpu", workspace: "public" });
    expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(["IncidentOpened", "IncidentResolved"]));
  });

  it("has an incident for each series that holds", async () => {
    const test = await start({ readMetrics: () => 'load{cpu="a"} 2\nload{cpu="b"} 3\nload{cpu="c"} 0\n' });
    await test.apply("root", monitor(above("load", 1)));
    await look(test);
    expect((await incidents(test)).map(({ message }) => message).sort()).toEqual([
      '2 is greater than 1 for load{cpu="a"}',
      '3 is greater than 1 for load{cpu="b"}',
    ]);
  });

  it("makes up for one look only after a time without a server, and resolves what it raised when it is deleted", async () => {
    const { readMetrics } = createGauge(93);
    const test = await start({ readMetrics });
    await test.apply("root", monitor(above('load{cpu="a"}', 80)));
    await test.control.whenIdle();
    test.clock.set(test.clock.now() + 3_600_000);
    await look(test);
    expect(await incidents(test)).toMatchObject([{ count: 1 }]);
    const deleting = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
    await test.control.delete(deleting, { type: "monitor", name: "cpu", workspace: "public" }, { force: false });
    expect(await incidents(test)).toMatchObject([{ state: "resolved", resolution: "the monitor was deleted" }]);
  });

  it("watches the status of a resource for users who may read it, and keeps incidents while it cannot look", async () => {
    const test = await start();
    const report = (name: string) => `  type: report_monitor
  report:
    source: {dataOsInstance: {path: '/collated/api/v1/reports/resources/status?id=secret:v1:key:other'}}
    conditions:
      - valueComparison: {observationType: status, valueJqFilter: '.value', operator: equals, value: ${name}}
`;
    await test.apply("root", monitor(report("deleted"), undefined, "seen"));
    await test.apply("dev", monitor(report("active"), undefined, "hidden"));
    await look(test, "seen");
    expect(await incidents(test)).toMatchObject([
      {
        message: "the status of `secret:v1:key:other` is `deleted`",
        document: { reportContext: { value: "deleted" } },
      },
    ]);
    await test.control.createWorkspace(
      await test.authorizer.authorizeList(await test.call("root"), "workspace.create"),
      { name: "other", description: undefined },
    );
    await test.apply(
      "root",
      "name: key\nversion: v1\ntype: secret\nworkspace: other\nsecret: {type: key-value, acl: r, data: {a: b}}\n",
    );
    await look(test, "hidden");
    // dev may not read it, so that monitor finds nothing out
    expect(await conditionOf(test, "monitor", "hidden", "Evaluated")).toMatchObject({
      status: "False",
      reason: "EvaluationFailed",
    });
    expect((await incidents(test)).map(({ monitor: of, state }) => `${of} ${state}`)).toEqual(["seen resolved"]);
  });

  it("asks a depot in the names of its users, and lets only numbers out", async () => {
    const source = await startPglite();
    open.push(() => source.stop());
    await source.exec(
      "create table orders (id int, secret text); insert into orders values (1, 'canary'), (2, 'canary')",
    );
    const test = await start({
      readSql: (connection, sql, limits) => readPostgresRows(connection, sql, local, limits),
    });
    const { port } = new URL(source.url);
    await test.apply(
      "root",
      `name: orders-r
version: v1
type: instance-secret
instance-secret: {type: key-value, acl: r, data: {username: postgres, password: postgres}}
---
name: orders
version: v2alpha
type: depot
depot: {type: postgresql, secrets: [{name: orders-r}], postgresql: {host: 127.0.0.1, port: ${port}, database: postgres, params: {sslmode: disable}}}
`,
    );
    await test.control.whenIdle();
    const depot = "type: sql, depot: orders";
    const column = `${depot}, comparisonColumn: {name: id}`;
    await test.apply("root", monitor(above("select id, secret from orders", 0, column)));
    await test.apply("dev", monitor(above("select count(*) from orders", 0, depot), undefined, "denied"));
    await test.apply("root", monitor(above("delete from orders", 0, depot), undefined, "writes"));
    await test.apply("root", monitor(above("select nothing from orders", 0, depot), undefined, "broken"));
    for (const name of ["cpu", "denied", "writes", "broken"]) {
      await until(async () => (await test.get("monitor", name, "public")).phase === "Active");
    }
    test.clock.advance(120_000);
    for (const name of ["cpu", "denied", "writes", "broken"]) {
      await until(async () => {
        test.clock.advance(500);
        return (await conditionOf(test, "monitor", name, "Evaluated")) !== undefined;
      });
    }
    const found = await incidents(test);
    expect(found).toMatchObject([{ monitor: "cpu", key: "", message: "1 and 1 more is greater than 0" }]);
    expect(JSON.stringify(found)).not.toContain("canary");
    for (const name of ["denied", "writes", "broken"])
      expect(await conditionOf(test, "monitor", name, "Evaluated"), name).toMatchObject({ status: "False" });
    expect((await conditionOf(test, "monitor", "writes", "Evaluated"))?.message).toContain("`delete` may write");
    expect(await source.query("select id from orders")).toHaveLength(2);
  });
});

describe("a pager", () => {
  it("sends one signed message for an incident, its template filled in and escaped, and no more while it lasts", async () => {
    const { got, url } = await startReceiver();
    const { readMetrics } = createGauge(93);
    const test = await start({ readMetrics, sendHttp: createSendHttp(local) });
    const body = '{"text": "{{ .Monitor.Name }} {{ .Properties.severity | upper }}: {{ .Message }}"}';
    await test.apply(
      "root",
      pager(
        `{webHook: {url: '${url}', verb: post, headers: {x-team: sales}, authorization: {token: Bearer t0ken, secret: whsec_c2VjcmV0}, bodyTemplate: '${body}'}}`,
      ),
    );
    await test.apply("root", monitor(above('load{cpu="a"}', 80)));
    await look(test);
    await until(async () => (await deliveries(test))[0]?.state === "delivered");
    await look(test);
    const [delivery, ...others] = await deliveries(test);
    expect(others).toEqual([]);
    expect(got).toHaveLength(1);
    expect(JSON.parse(got[0]?.body ?? "")).toEqual({ text: 'cpu HIGH: 93 is greater than 80 for load{cpu="a"}' });
    expect(got[0]?.headers).toMatchObject({
      ...{ authorization: "Bearer t0ken", "x-team": "sales", "content-type": "application/json" },
      ...{ "idempotency-key": delivery?.id, "webhook-id": delivery?.id },
      "webhook-signature": expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
    expect(JSON.stringify(await test.get("pager", "tell", "public"))).not.toMatch(/t0ken|c2VjcmV0|127\.0\.0\.1/);
  });

  it("tries again with the same key until the message is taken, and tells of the end where it asks for the status", async () => {
    const { got, url } = await startReceiver((count) => (count < 3 ? 503 : 200));
    const { gauge, readMetrics } = createGauge(93);
    const test = await start({ readMetrics, sendHttp: createSendHttp(local) });
    const status = "    - {valueJqFilter: .status, operator: not_equals, value: other}\n";
    await test.apply("root", pager(`{msTeams: {webHookUrl: '${url}'}}`, status));
    await test.apply("root", monitor(above('load{cpu="a"}', 80)));
    await look(test);
    await until(async () => {
      const [newest] = await deliveries(test);
      // time passes between tries only
      if (newest?.state === "pending") test.clock.advance(1000);
      return newest?.state === "delivered";
    });
    expect(got).toHaveLength(3);
    expect(new Set(got.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(JSON.parse(got[2]?.body ?? "")).toMatchObject({ "@type": "MessageCard", themeColor: "D13438" });
    gauge.value = 1;
    await until(async () => {
      test.clock.advance(10_000);
      return (await deliveries(test))[0]?.event === "resolved";
    });
    await until(async () => (await deliveries(test))[0]?.state === "delivered");
    expect(JSON.parse(got.at(-1)?.body ?? "")).toMatchObject({ title: expect.stringContaining("resolved: cpualerts") });
  });

  it("gives up after eight tries, follows no redirection, and says so", async () => {
    const { got, url } = await startReceiver(() => 302);
    const { readMetrics } = createGauge(93);
    const test = await start({ readMetrics, sendHttp: createSendHttp(local) });
    await test.apply("root", pager(`{webHook: {url: '${url}'}}`));
    await test.apply("root", monitor(above('load{cpu="a"}', 80)));
    await look(test);
    await until(async () => {
      const [newest] = await deliveries(test);
      // time passes between tries only
      if (newest?.state === "pending") test.clock.advance(60_000);
      return newest?.state === "dead";
    });
    expect(got).toHaveLength(8);
    const message = "given up after 8 tries: it answered 302, and redirections are not followed";
    expect((await deliveries(test))[0]).toMatchObject({ tries: 8, message });
    await until(async () => {
      test.clock.advance(2000);
      return (await conditionOf(test, "pager", "tell", "Delivered"))?.reason === "DeliveryDead";
    });
  });

  it("sends nowhere the network guard forbids, and nothing of monitors that its user may not see", async () => {
    const { got, url } = await startReceiver();
    const { readMetrics } = createGauge(93);
    const test = await start({ readMetrics, sendHttp: createSendHttp(createNetworkGuard({ allowedNetworks: [] })) });
    await test.control.createWorkspace(
      await test.authorizer.authorizeList(await test.call("root"), "workspace.create"),
      { name: "other", description: undefined },
    );
    await test.apply("dev", pager(`{webHook: {url: '${url}'}}`));
    await test.apply("root", `workspace: other\n${monitor(above('load{cpu="a"}', 80))}`);
    await test.control.whenIdle();
    test.clock.advance(120_000);
    await until(async () => (await incidents(test)).length === 1);
    expect(await deliveries(test)).toEqual([]);
    await test.apply("root", pager(`{webHook: {url: '${url}', verb: put}}`));
    await test.apply("root", monitor(above('load{cpu="b"}', 0)));
    await look(test);
    await until(async () => (await deliveries(test))[0]?.message !== undefined);
    expect((await deliveries(test))[0]?.message).toContain("DATAOS_DEPOT_NETWORKS");
    expect(got).toEqual([]);
  });

  it("writes mails to a mail server, once for all addresses", async () => {
    const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
    const server = new SMTPServer({
      ...{ authOptional: true, hideSTARTTLS: true, logger: false },
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          const to = session.envelope.rcptTo.map(({ address }) => address);
          mails.push({ to, text: Buffer.concat(chunks).toString() });
          done(null, "queued as 7");
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    open.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.server.address() as AddressInfo;
    const mailer = createSmtpMailer(new Secret(`smtp://127.0.0.1:${port}?from=alerts@example.com`));
    const { readMetrics } = createGauge(93);
    const test = await start({ readMetrics, sendMail: (mail, signal) => mailer.send(mail, signal) });
    await test.apply("root", pager("{email: {emailTargets: [a@example.com, b@example.com]}}"));
    await test.apply("root", monitor(above('load{cpu="a"}', 80)));
    await look(test);
    await until(async () => (await deliveries(test))[0]?.state === "delivered");
    expect(mails).toHaveLength(1);
    expect(mails[0]?.to).toEqual(["a@example.com", "b@example.com"]);
    // in the encoding of headers, for its quotation marks
    expect(mails[0]?.text).toContain("Subject: =?UTF-8?Q?=5Bhigh=5D_cpualerts=3A_93_is_greater");
    expect(mails[0]?.text).toContain(`Message-ID: <${(await deliveries(test))[0]?.id}@dataos>`);
    // a password goes over no connection without TLS
    const careful = createSmtpMailer(new Secret(`smtp://user:password@127.0.0.1:${port}`));
    const mail = { to: ["a@example.com"], subject: "s", body: "b", isHtml: false, messageId: "m@dataos" };
    await expect(careful.send(mail, new AbortController().signal)).rejects.toThrow("did not take the mail (");
  });
});

const folder = fileURLToPath(new URL("../../../shared/data/manifests/", import.meta.url));
describe.skipIf(!existsSync(folder))("collected monitors and pagers (../shared/data/manifests)", () => {
  it("are active, or wait and say honestly for what", async () => {
    const test = await start();
    await test.identity.putUser({
      ...{ id: "iamgroot", name: "g", type: "person", email: undefined },
      tags: ["roles:id:operator"],
      attributes: {},
    });
    const standing: string[] = [];
    for (const file of readdirSync(folder).filter((name) => /^(?:monitor|pager)_/.test(name))) {
      const text = readFileSync(`${folder}${file}`, "utf8");
      const [, type = "", name = ""] = /^(monitor|pager)_(.*)_/.exec(file) ?? [];
      try {
        await test.apply("root", text);
      } catch {
        // what lint refuses is held by test/golden/manifests.test.ts
        standing.push(`${name}: refused`);
        continue;
      }
      await test.control.whenIdle();
      const written = /^name: (\S+)/m.exec(text)?.[1] ?? "";
      const { phase, conditions } = await test.get(type as "monitor" | "pager", written, "public");
      const ready = conditions.find((condition) => condition.type === "Ready");
      standing.push(`${written}: ${phase}, ${ready?.message}`);
    }
    expect(standing.length).toBeGreaterThan(10);
    for (const line of standing)
      expect(line).toMatch(/: (?:refused|Active, |Pending, .*(?:no driver configured|is none to send to))/);
    expect(standing.filter((line) => line.endsWith("refused"))).toHaveLength(1);
  });
});
