import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { Secret } from "../shared/secret.ts";
import { CommandError, type Connection } from "./client.ts";

const defaultUrl = "http://127.0.0.1:7400";

/**
 * Where to connect: `--url`/`--apikey`, else DATAOS_URL/DATAOS_APIKEY, else the file named by DATAOS_CLI_CONFIG or
 * `~/.dataos/config.yaml` (`url:`, `apikey:`), else the local default.
 */
export function loadConnection(
  flags: { readonly url?: string; readonly apikey?: string },
  env: NodeJS.ProcessEnv = process.env,
): Connection {
  const path = env.DATAOS_CLI_CONFIG ?? join(homedir(), ".dataos", "config.yaml");
  const file = readConfigFile(path, env.DATAOS_CLI_CONFIG !== undefined);
  const url = flags.url ?? env.DATAOS_URL ?? file.url ?? defaultUrl;
  if (!/^https?:\/\/[^\s]+$/.test(url)) {
    throw new CommandError(
      `\`${url}\` is not a server address; expected e.g. \`${defaultUrl}\` in --url or DATAOS_URL`,
      2,
    );
  }
  const apiKey = flags.apikey ?? env.DATAOS_APIKEY ?? file.apikey;
  return { url, apiKey: apiKey ? new Secret(apiKey) : undefined };
}

function readConfigFile(path: string, mustExist: boolean): { readonly url?: string; readonly apikey?: string } {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (!mustExist && (cause as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new CommandError(`cannot read ${path}: ${(cause as Error).message}`, 2);
  }
  const value: unknown = parse(text, { maxAliasCount: 0 });
  if (typeof value !== "object" || value === null)
    throw new CommandError(`${path} must hold \`url:\` and \`apikey:\``, 2);
  const entries = value as Record<string, unknown>;
  const textOf = (key: string): string | undefined => (typeof entries[key] === "string" ? entries[key] : undefined);
  const url = textOf("url");
  const apikey = textOf("apikey");
  return { ...(url !== undefined && { url }), ...(apikey !== undefined && { apikey }) };
}
