import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { errorFaces, formatProblem } from "../shared/errors.ts";
import { Secret } from "../shared/secret.ts";
import { parseYamlDocuments } from "../shared/yaml.ts";
import { CommandError, type Connection } from "./client.ts";

const defaultUrl = "http://127.0.0.1:7400";
const { exit } = errorFaces.BAD_USER_INPUT;

/**
 * Where to connect: `--url`/`--apikey`, else DATAOS_URL/DATAOS_APIKEY, else the file named by DATAOS_CLI_CONFIG or
 * `~/.dataos/config.yaml` (`url:`, `apikey:`), else the local default. What is set to an empty text counts as not set.
 *
 * @throws {CommandError} the address or the key cannot be one, or the file cannot be read
 */
export function loadConnection(
  flags: { readonly url?: string; readonly apikey?: string },
  env: NodeJS.ProcessEnv = process.env,
): Connection {
  const path = env.DATAOS_CLI_CONFIG || join(homedir(), ".dataos", "config.yaml");
  const file = readConfigFile(path, Boolean(env.DATAOS_CLI_CONFIG));
  const url = firstOf([
    [flags.url, "--url"],
    [env.DATAOS_URL, "DATAOS_URL"],
    [file.get("url"), path],
    [defaultUrl, "the default"],
  ]);
  if (!isServerAddress(url?.value ?? "")) {
    const message = `\`${url?.value}\` (${url?.source}) is not a server address; expected e.g. \`${defaultUrl}\``;
    throw new CommandError(message, exit);
  }
  const key = firstOf([
    [flags.apikey, "--apikey"],
    [env.DATAOS_APIKEY, "DATAOS_APIKEY"],
    [file.get("apikey"), path],
  ]);
  // SECURITY: checked here, because who builds the request would quote it in an error
  if (key && !/^[\x21-\x7e]+$/.test(key.value)) {
    throw new CommandError(`${key.source} holds spaces or characters that no API key has; copy it again`, exit);
  }
  return { url: url?.value ?? "", apiKey: key && { key: new Secret(key.value), source: key.source } };
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

function readConfigFile(path: string, mustExist: boolean): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (!mustExist && (cause as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw new CommandError(`cannot read ${path}: ${(cause as Error).message}`, exit);
  }
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
