// `npm run demo`: the main job from connecting a database to a verified audit log, with the commands a person would type.
//   --source postgresql://user:password@host:port/database   scan this database instead of the sample shop
//   --once                                                   end with 0 or 1 instead of leaving the server running
import { randomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { choosePort, runCtl, startProcess } from "./processes.ts";
import { chooseStory, type Story, shopStory } from "./story.ts";

const { values: flags } = parseArgs({
  options: { once: { type: "boolean", default: false }, source: { type: "string" } },
});

const folder = await mkdtemp(join(tmpdir(), "dataos-demo-"));
const apiKey = `demo-${randomBytes(24).toString("base64url")}`;
const children: {
  kill(signal?: NodeJS.Signals): boolean;
  exitCode: number | null;
  on(event: "exit", run: () => void): unknown;
}[] = [];

async function cleanUp(): Promise<void> {
  for (const child of children.reverse()) {
    if (child.exitCode !== null) continue;
    const ended = new Promise<void>((resolve) => child.on("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
}

function heading(text: string): void {
  console.log(`\n— ${text} ${"—".repeat(Math.max(3, 100 - text.length))}`);
}

const failures: string[] = [];
async function step(args: readonly string[], env: NodeJS.ProcessEnv, expectedExit = 0): Promise<void> {
  const exit = await runCtl(args, env);
  if (exit !== expectedExit) failures.push(`dataos-ctl ${args.join(" ")}: exit code ${exit}, expected ${expectedExit}`);
}

async function startSource(): Promise<{ readonly source: URL; readonly networks: string }> {
  if (flags.source !== undefined) {
    const source = new URL(flags.source);
    const addresses = await lookup(source.hostname, { all: true });
    // WHY: whoever names a source here wants it scanned, also where it is in a private network
    return {
      source,
      networks: addresses.map(({ address, family }) => `${address}/${family === 4 ? 32 : 128}`).join(","),
    };
  }
  const { child, match } = await startProcess("demo/source.ts", { ready: /^ready (\d+)$/m });
  children.push(child);
  return {
    source: new URL(`postgresql://postgres:shop-demo-secret@127.0.0.1:${match[1]}/postgres`),
    networks: "127.0.0.0/8",
  };
}

async function query<Data>(
  url: string,
  document: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { apikey: apiKey, "content-type": "application/json" },
    body: JSON.stringify({ query: document, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: readonly { message: string }[] };
  if (!data) throw new Error(errors?.[0]?.message ?? `status ${response.status}`);
  return data;
}

async function tell(story: Story, env: NodeJS.ProcessEnv): Promise<void> {
  heading("What was scanned");
  await step(["search", "--depot", "shopdb", "--kind", "dataset", "--first", "25"], env);
  heading("Find a table by words, with facets");
  await step(["search", ...story.words], env);
  heading("Where one column of a view comes from");
  await step(["lineage", story.column], env);
  heading("Three decisions: allowed, denied, allowed with a mask and a row filter");
  await step(["can-i", "select", story.allowed, "--as", "alice"], env);
  await step(["can-i", "select", story.denied, "--as", "alice"], env, 4);
  await step(["can-i", "select", story.masked, "--as", "alice"], env);
  heading("Everything that was asked and changed is in the audit log");
  await step(["audit", "list", "--first", "5"], env);
  await step(["audit", "verify"], env);
}

async function main(): Promise<void> {
  const { source, networks } = await startSource();
  const port = await choosePort(Number(process.env.DATAOS_PORT ?? 7400));
  const server = await startProcess("src/main.ts", {
    env: {
      DATAOS_PORT: String(port),
      DATAOS_DATA_DIR: folder,
      DATAOS_DEPOT_NETWORKS: networks,
      DATAOS_BOOTSTRAP_APIKEY: apiKey,
    },
    ready: /listening on (http:\S+)/,
  });
  children.push(server.child);
  const url = server.match[1] ?? "";
  const env: NodeJS.ProcessEnv = {
    DATAOS_URL: url,
    DATAOS_APIKEY: apiKey,
    SHOP_HOST: source.hostname,
    SHOP_PORT: source.port || "5432",
    SHOP_DATABASE: decodeURIComponent(source.pathname.slice(1)),
    SHOP_USERNAME: decodeURIComponent(source.username),
    SHOP_PASSWORD: decodeURIComponent(source.password),
  };
  console.log(`server at ${url}, source ${source.hostname}:${env.SHOP_PORT}/${env.SHOP_DATABASE}`);

  heading("Describe what there is: a secret, a depot, people, policies, a grant, a scan");
  await step(["apply", "-f", "examples/quickstart"], env);
  await step(["log", "-t", "workflow", "-n", "scan-shopdb", "-f"], env);
  await step(["get", "-a"], env);

  let story = shopStory;
  if (flags.source !== undefined) {
    story = await chooseStory((document, variables) => query(url, document, variables));
    const policies = join(folder, "policies.yaml");
    await writeFile(policies, story.policies);
    await step(["apply", "-f", policies], env);
  }
  await tell(story, env);

  heading(failures.length === 0 ? "Done" : "Something went wrong");
  for (const failure of failures) console.log(failure);
  if (flags.once) return;
  console.log(`The server is running at ${url} (GraphiQL: ${url}/graphql). Operator key: ${apiKey}

  export DATAOS_URL=${url} DATAOS_APIKEY=${apiKey}
  alias dataos-ctl='node bin/dataos-ctl.js'

Try
  dataos-ctl get -t depot -a -o yaml
  dataos-ctl search ${story.words.join(" ")} -o json
  dataos-ctl lineage ${story.column.split("#")[0]} --direction both
  dataos-ctl can-i read ${story.allowed} --as bob
  dataos-ctl audit list --outcome deny

Ctrl-C stops it and removes its data.`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}

try {
  await main();
} catch (error) {
  failures.push(String(error));
  console.error(error instanceof Error ? error.message : error);
} finally {
  await cleanUp();
}
process.exit(failures.length === 0 ? 0 : 1);
