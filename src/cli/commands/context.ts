import { text as readAll } from "node:stream/consumers";
import type { Me } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";
import { CommandError, createClient } from "../client.ts";
import { checkContextName, contextsFile, findContext, readContexts, writeContexts } from "../contexts.ts";
import { askSecret } from "../output/ask.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable, printable } from "../output/table.ts";
import { checkApiKey, checkServerAddress, loadConnection } from "../settings.ts";

const { exit: badInput } = errorFaces.BAD_USER_INPUT;
const print = (text: string): boolean => process.stdout.write(`${text}\n`);

/** The servers by name. */
export function listContexts(output: string): void {
  const format = parseOutputFormat(output);
  const { current, servers } = readContexts(contextsFile());
  const rows = [...servers].map(([name, { url, apiKey }]) => ({
    name,
    url,
    hasKey: !!apiKey,
    inUse: name === current,
  }));
  if (rows.length === 0 && format === "table")
    process.stderr.write("none; `dataos-ctl context add NAME --url URL` keeps one\n");
  print(
    render(format, rows, () =>
      formatTable(
        ["", "NAME", "URL", "KEY"],
        rows.map(({ name, url, hasKey, inUse }) => [inUse ? "*" : "", name, url, hasKey ? "kept" : "none"]),
      ),
    ),
  );
}

/** Puts a server in use. */
export function useContext(given: string | undefined): void {
  const name = asName(given);
  const file = contextsFile();
  const contexts = readContexts(file);
  findContext(contexts, name);
  writeContexts(file, { ...contexts, current: name });
  print(`in use    context/${name}`);
}

export interface AddOptions {
  readonly url?: string;
  readonly apikey?: string;
  readonly apikeyStdin?: boolean;
  readonly check: boolean;
  readonly use: boolean;
}

/** Keeps a server, after it has taken the key. */
export async function addContext(name: string, options: AddOptions): Promise<void> {
  checkContextName(name);
  if (options.url === undefined) throw new CommandError("say where the server is: --url URL", badInput);
  checkServerAddress(options.url, "--url");
  const file = contextsFile();
  const before = readContexts(file);
  const { key, source } = await readKey(options, options.url);
  const apiKey = key === "" ? undefined : new Secret(key);
  if (apiKey) checkApiKey(key, source);
  const url = options.url.replace(/\/+$/, "");
  let whose = "";
  if (options.check && apiKey) {
    const client = createClient({ url, apiKey: { key: apiKey, source } });
    const { me } = await client.query<{ me: Me }>("{ me { id } }");
    whose = `, as ${printable(me.id)}`;
  }
  const current = options.use || before.current === undefined ? name : before.current;
  writeContexts(file, { current, servers: new Map(before.servers).set(name, { url, apiKey }) });
  print(`${before.servers.has(name) ? "replaced " : "added    "} context/${name}  ${url}${whose}`);
}

/** The key, empty for none, and where it comes from. */
async function readKey(
  { apikey, apikeyStdin }: AddOptions,
  url: string,
): Promise<{ readonly key: string; readonly source: string }> {
  if (apikeyStdin) return { key: (await readAll(process.stdin)).trim(), source: "standard input" };
  if (apikey) return { key: apikey, source: "--apikey" };
  const { DATAOS_APIKEY: key } = process.env;
  if (key) return { key, source: "DATAOS_APIKEY" };
  if (process.stdin.isTTY && process.stderr.isTTY)
    return { key: (await askSecret(`API key for ${url}: `)).trim(), source: "the terminal" };
  throw new CommandError("no API key was given; set DATAOS_APIKEY, or pass it with --apikey-stdin", badInput);
}

/** Forgets a server and its key. */
export function removeContext(given: string | undefined): void {
  const name = asName(given);
  const file = contextsFile();
  const contexts = readContexts(file);
  findContext(contexts, name);
  const servers = new Map(contexts.servers);
  servers.delete(name);
  writeContexts(file, { current: contexts.current === name ? undefined : contexts.current, servers });
  print(`removed   context/${name}`);
  if (contexts.current === name && servers.size > 0)
    process.stderr.write("none is in use now; `dataos-ctl context use NAME` takes another\n");
}

/** Where commands go, and where that was said. */
export async function showContext(options: {
  readonly output: string;
  readonly url?: string;
  readonly apikey?: string;
  readonly context?: string;
}): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { url, urlSource, apiKey } = await loadConnection(options);
  const value = { url, urlFrom: urlSource, keyFrom: apiKey?.source ?? null, file: contextsFile() };
  print(
    render(format, value, () =>
      formatTable(["URL", "SET BY", "KEY"], [[url, urlSource, apiKey ? `from ${apiKey.source}` : "none"]]),
    ),
  );
}

function asName(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new CommandError("say which one: `dataos-ctl context list` names them", badInput);
}
