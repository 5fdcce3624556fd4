// `npm run demo`: the main job from connecting a database to a verified audit log, with the commands a person would type.
//   --source postgresql://user:password@host:port/database   scan this database instead of the sample shop
//   --once                                                   end with 0 or 1 instead of leaving the server running
import { randomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { choosePort, createProcesses } from "./processes.ts";
import { chooseStory, type Query, type Question, type Story, shopStory } from "./story.ts";

const usage = "npm run demo -- [--once] [--source postgresql://user:password@host:5432/database]";
const depotPatienceMs = 15_000;
const width = 100;

interface Source {
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

const processes = createProcesses();
const folder = await mkdtemp(join(tmpdir(), "dataos-demo-"));
const failures: string[] = [];
let headings = 0;

function heading(text: string): void {
  const title = `${++headings}. ${text}`;
  console.log(`\n\n${title}\n${"─".repeat(Math.min(width, title.length))}`);
}

function readFlags(): { readonly once: boolean; readonly source: URL | undefined } {
  const options = { once: { type: "boolean", default: false }, source: { type: "string" } } as const;
  let values: { readonly once: boolean; readonly source?: string | undefined };
  try {
    ({ values } = parseArgs({ options }));
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\n${usage}`);
  }
  if (values.source === undefined) return { once: values.once, source: undefined };
  const source = URL.canParse(values.source) ? new URL(values.source) : undefined;
  const isPostgres = source?.protocol === "postgresql:" || source?.protocol === "postgres:";
  if (!source || !isPostgres || source.username === "" || source.hostname === "" || source.pathname.length < 2)
    throw new Error(`--source is no address of a PostgreSQL database with its user\n${usage}`);
  return { once: values.once, source };
}

/** Starts the sample shop, or reads where the given database is. */
async function openSource(given: URL | undefined): Promise<Source> {
  if (!given) {
    const [, port = ""] = await processes.start("sample shop", "demo/source.ts", { ready: /^ready (\d+)$/m });
    return { host: "127.0.0.1", port, database: "postgres", username: "postgres", password: "shop-demo-secret" };
  }
  return {
    host: given.hostname,
    port: given.port || "5432",
    database: decodeURIComponent(given.pathname.slice(1)),
    username: decodeURIComponent(given.username),
    password: decodeURIComponent(given.password) || (process.env.PGPASSWORD ?? ""),
  };
}

/** What DATAOS_DEPOT_NETWORKS has to allow. WHY: whoever names a source here wants it scanned, also where it is in a private network. */
async function networksOf(host: string): Promise<string> {
  const found = await lookup(host, { all: true }).catch((cause: Error) => {
    throw new Error(`--source: the host \`${host}\` is not known (${cause.message})`);
  });
  return found.map(({ address, family }) => `${address}/${family === 4 ? 32 : 128}`).join(",");
}

async function startServer(apiKey: string, networks: string): Promise<string> {
  const [, url = ""] = await processes.start("server", "demo/server.ts", {
    env: {
      DATAOS_PORT: String(await choosePort(Number(process.env.DATAOS_PORT ?? 7400))),
      DATAOS_DATA_DIR: folder,
      DATAOS_DEPOT_NETWORKS: networks,
      DATAOS_BOOTSTRAP_APIKEY: apiKey,
    },
    ready: /listening on (http:\S+)/,
  });
  return url;
}

function createQuery(url: string, apiKey: string): Query {
  return async (document, variables = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { apikey: apiKey, "content-type": "application/json" },
      body: JSON.stringify({ query: document, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: never; errors?: readonly { message: string }[] };
    if (!data) throw new Error(errors?.[0]?.message ?? `status ${response.status}`);
    return data;
  };
}

/** @throws {Error} with what the depot's status says, when the server cannot connect to the source */
async function waitForDepot(query: Query): Promise<void> {
  const until = performance.now() + depotPatienceMs;
  for (;;) {
    const { resource } = await query<{
      resource: { status: string; conditions: readonly { type: string; reason: string; message: string }[] } | null;
    }>('{ resource(type: "depot", name: "shopdb") { status conditions { type reason message } } }');
    const ready = resource?.conditions.find(({ type }) => type === "Ready");
    if (resource?.status === "active") return;
    if (ready?.reason === "Refused" || performance.now() > until)
      throw new Error(`the source cannot be connected: ${ready?.message ?? "it does not answer"}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Whether alice's answer comes with both, which the demo promises to show. */
async function checkMasked(query: Query, { predicate, object }: Question): Promise<void> {
  const { authorize } = await query<{ authorize: { masks: readonly unknown[]; rowFilter: unknown } }>(
    "query ($input: AuthorizeInput!) { authorize(input: $input) { masks { column } rowFilter { text } } }",
    { input: { subject: "alice", predicate, object: { path: object } } },
  );
  if (authorize.masks.length === 0 || authorize.rowFilter === null)
    failures.push(`${predicate} ${object}: expected a mask and a row filter for alice`);
}

async function tell(given: Source, isSample: boolean, url: string, apiKey: string): Promise<Story> {
  const query = createQuery(url, apiKey);
  const env: NodeJS.ProcessEnv = {
    DATAOS_URL: url,
    DATAOS_APIKEY: apiKey,
    SHOP_HOST: given.host,
    SHOP_PORT: given.port,
    SHOP_DATABASE: given.database,
    SHOP_USERNAME: given.username,
    SHOP_PASSWORD: given.password,
  };
  const step = async (args: readonly string[], expectedExit = 0): Promise<void> => {
    const exit = await processes.ctl(args, env);
    if (exit !== expectedExit) throw new Error(`the command above ended with ${exit}, expected ${expectedExit}`);
  };
  const ask = ({ predicate, object }: Question, exit = 0): Promise<void> =>
    step(["can-i", predicate, object, "--as", "alice"], exit);

  heading("Describe what there is: a secret, a depot, people, policies, a grant, a scan");
  await step(["apply", "-f", "examples/quickstart"]);
  heading("The workflow connects to the database and scans it");
  await waitForDepot(query);
  await step(["log", "-t", "workflow", "-n", "scan-shopdb", "-f"]);
  heading("What was scanned");
  await step(["search", "--depot", "shopdb", "--kind", "dataset", "--first", "25"]);
  const story = isSample ? shopStory : await chooseStory(query);
  if (story.policies !== "") {
    heading("Policies for what was found here");
    const file = join(folder, "policies.yaml");
    await writeFile(file, story.policies);
    await step(["apply", "-f", file]);
  }
  heading("Find data by words; what may be narrowed down stands below");
  await step(["search", ...story.words]);
  heading("Where the values of a column come from");
  if (story.column) await step(["lineage", story.column]);
  else console.log("\nThe database has no views, so there is no lineage to show.");
  heading("Three decisions about alice: allowed, denied, allowed with a mask and a row filter");
  await ask(story.allowed);
  await ask(story.denied, 4);
  await ask(story.masked);
  await checkMasked(query, story.masked);
  heading("Everything that was asked and changed is in an audit log that nobody can edit unseen");
  await step(["audit", "list", "--first", "5"]);
  await step(["audit", "verify"]);
  return story;
}

function tellWhatIsNext(story: Story, url: string, apiKey: string): void {
  console.log(`

The server is running at ${url} (GraphiQL: ${url}/graphql). Operator key: ${apiKey}
In another terminal:

  export DATAOS_URL=${url} DATAOS_APIKEY=${apiKey}
  alias dataos-ctl='node bin/dataos-ctl.js'

  dataos-ctl get -a                                        # what there is, and how it is doing
  dataos-ctl get -t depot -n shopdb -o yaml                # as it was applied, and can be applied again
  dataos-ctl lineage ${story.column?.split("#")[0] ?? story.masked.object} --direction both
  dataos-ctl can-i read ${story.allowed.object} --as bob
  dataos-ctl audit list --outcome deny

Ctrl-C stops it and removes its data.`);
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const { once, source: given } = readFlags();
  const apiKey = `demo-${randomBytes(24).toString("base64url")}`;
  const networks = given ? await networksOf(given.hostname) : "127.0.0.0/8";
  const [source, url] = await Promise.all([openSource(given), startServer(apiKey, networks)]);
  const what = given ? "your database" : "the sample shop, a PostgreSQL from npm";
  console.log(`server  ${url}\nsource  ${what}: ${source.host}:${source.port}/${source.database}`);
  const story = await tell(source, given === undefined, url, apiKey);
  if (failures.length > 0) return;
  console.log(`\nAll of this took ${((performance.now() - startedAt) / 1_000).toFixed(1)} s.`);
  if (once) return;
  tellWhatIsNext(story, url, apiKey);
  isTold = true;
  await new Promise(() => {});
}

let isTold = false;
/** Resolves with the exit code when somebody wants the demo to end. */
const interrupted = new Promise<number>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve(isTold ? 0 : 130));
  // `npm run demo | head` closes the pipe early
  process.stdout.on("error", () => resolve(isTold ? 0 : 1));
});

let exitCode = 1;
try {
  exitCode = await Promise.race([main().then(() => (failures.length === 0 ? 0 : 1)), interrupted, processes.failure]);
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error));
}
for (const failure of failures) console.error(`\nThe demo failed: ${failure}`);
await processes.stop();
await rm(folder, { recursive: true, force: true });
process.exit(exitCode);
