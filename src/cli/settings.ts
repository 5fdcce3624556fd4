import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { errorFaces, formatProblem } from "../shared/errors.ts";
import { Secret } from "../shared/secret.ts";
import { CommandError, type Connection } from "./client.ts";
import { contextsFile, findContext, readContexts } from "./contexts.ts";

const defaultUrl = "http://127.0.0.1:7400";
const { exit } = errorFaces.BAD_USER_INPUT;

export interface ConnectionFlags {
  readonly url?: string;
  readonly apikey?: string;
  /** name of a context */
  readonly context?: string;
}

/** A server and its key as a file keeps them. */
interface Kept {
  readonly source: string;
  readonly url: string | undefined;
  readonly key: Secret | undefined;
}

/** A connection, and what named its address. */
export interface LoadedConnection extends Connection {
  readonly urlSource: string;
}

/**
 * Where to connect: `--url`/`--apikey`, else DATAOS_URL/DATAOS_APIKEY, else the context (`--context`, DATAOS_CONTEXT, or the one
 * in use), else the file named by DATAOS_CLI_CONFIG or `~/.dataos/config.yaml` (`url:`, `apikey:`), else the local default.
 * `--context` goes before the environment. What is set to an empty text counts as not set.
 *
 * @throws {CommandError} the address or the key cannot be one, there is no such context, or a file cannot be read
 */
export async function loadConnection(
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LoadedConnection> {
  const kept = await readKept(flags, env);
  const usesEnv = !flags.context;
  const url = firstOf([
    [flags.url, "--url"],
    [usesEnv ? env.DATAOS_URL : undefined, "DATAOS_URL"],
    [kept?.url, kept?.source ?? ""],
    [defaultUrl, "the default"],
  ]);
  checkServerAddress(url?.value ?? "", url?.source ?? "");
  const key = firstOf([
    [flags.apikey, "--apikey"],
    [usesEnv ? env.DATAOS_APIKEY : undefined, "DATAOS_APIKEY"],
    // SECURITY: a key that was kept for one server is not shown to another
    [
      kept && (kept.url === undefined || isSameServer(kept.url, url?.value ?? "")) ? kept.key?.reveal() : undefined,
      kept?.source ?? "",
    ],
  ]);
  if (key) checkApiKey(key.value, key.source);
  return {
    url: url?.value ?? "",
    urlSource: url?.source ?? "",
    apiKey: key && { key: new Secret(key.value), source: key.source },
  };
}

/** @throws {CommandError} */
export function checkServerAddress(url: string, source: string): void {
  if (!isServerAddress(url))
    throw new CommandError(`\`${url}\` (${source}) is not a server address; expected e.g. \`${defaultUrl}\``, exit);
}

/** @throws {CommandError} */
export function checkApiKey(key: string, source: string): void {
  // SECURITY: checked here, because who builds the request would quote it in an error
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new CommandError(`${source} holds spaces or characters that no API key has; copy it again`, exit);
}

async function readKept(flags: ConnectionFlags, env: NodeJS.ProcessEnv): Promise<Kept | undefined> {
  const file = contextsFile(env);
  const named = flags.context || env.DATAOS_CONTEXT;
  // a named config file says itself what is meant
  if (!named && env.DATAOS_CLI_CONFIG) return readConfigFile(env.DATAOS_CLI_CONFIG, true);
  const contexts = readContexts(file);
  const name = named || contexts.current;
  if (name) {
    const { url, apiKey } = findContext(contexts, name);
    return { source: `context ${name}`, url, key: apiKey };
  }
  return readConfigFile(join(homedir(), ".dataos", "config.yaml"), false);
}

function firstOf(
  candidates: readonly (readonly [value: string | undefined, source: string])[],
): { readonly value: string; readonly source: string } | undefined {
  for (const [value, source] of candidates) if (value) return { value, source };
  return undefined;
}

function isServerAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}

function isSameServer(left: string, right: string): boolean {
  const normalise = (url: string): string => (URL.canParse(url) ? new URL(url).href.replace(/\/+$/, "") : url);
  return normalise(left) === normalise(right);
}

async function readConfigFile(path: string, mustExist: boolean): Promise<Kept | undefined> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (!mustExist && (cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CommandError(`cannot read ${path}: ${(cause as Error).message}`, exit);
  }
  const entries = await parseConfig(text, path);
  const key = entries.get("apikey");
  return { source: path, url: entries.get("url") || undefined, key: key ? new Secret(key) : undefined };
}

async function parseConfig(text: string, path: string): Promise<ReadonlyMap<string, string>> {
  // WHY: loaded for who has such a file only; it is most of what a command loads
  const { parseYamlDocuments } = await import("../shared/yaml.ts");
  const { documents, problems } = parseYamlDocuments(text, path);
  const [problem] = problems;
  if (problem) throw new CommandError(formatProblem(problem), exit);
  const value = documents[0]?.value ?? {};
  if (typeof value !== "object" || Array.isArray(value) || documents.length > 1)
    throw new CommandError(`${path} must hold the lines \`url: …\` and \`apikey: …\``, exit);
  const entries = new Map<string, string>();
  for (const [key, entry] of Object.entries(value)) {
    if (key !== "url" && key !== "apikey")
      throw new CommandError(`${path}: unknown setting \`${key}\` (known: url, apikey)`, exit);
    if (typeof entry !== "string")
      throw new CommandError(`${path}: \`${key}\` is not a text; put its value in quotes`, exit);
    entries.set(key, entry);
  }
  return entries;
}
