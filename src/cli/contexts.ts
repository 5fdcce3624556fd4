import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { errorFaces } from "../shared/errors.ts";
import { suggestion } from "../shared/nearest.ts";
import { Secret } from "../shared/secret.ts";
import { CommandError } from "./client.ts";

/** A server that the user has named. */
export interface ServerContext {
  readonly url: string;
  readonly apiKey: Secret | undefined;
}

/** The servers that a user has named, and which is in use. */
export interface Contexts {
  readonly current: string | undefined;
  readonly servers: ReadonlyMap<string, ServerContext>;
}

const { exit: badInput } = errorFaces.BAD_USER_INPUT;
const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** Where they are kept: the file that DATAOS_CONTEXTS names, else `~/.dataos/contexts.json`. */
export function contextsFile(env: NodeJS.ProcessEnv = process.env): string {
  return env.DATAOS_CONTEXTS || join(homedir(), ".dataos", "contexts.json");
}

/**
 * Reads the file; empty where there is none.
 *
 * @throws {CommandError} it cannot be read, is not ours, or others may read it
 */
export function readContexts(file: string): Contexts {
  let text: string;
  try {
    // SECURITY: keys that others of the machine can read are no secrets any more
    if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0)
      throw new CommandError(
        `others may read ${file}, which holds API keys; \`chmod 600 ${file}\`, and think of replacing the keys`,
        badInput,
      );
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { current: undefined, servers: new Map() };
    if (cause instanceof CommandError) throw cause;
    throw new CommandError(`cannot read ${file}: ${(cause as Error).message}`, badInput);
  }
  return parseContexts(text, file);
}

function parseContexts(text: string, file: string): Contexts {
  const broken = new CommandError(
    `${file} is not what \`context add\` writes; mend it, or delete it and add the servers again`,
    badInput,
  );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken;
  }
  if (!isObject(value) || !isObject(value.contexts)) throw broken;
  const servers = new Map<string, ServerContext>();
  for (const [name, entry] of Object.entries(value.contexts)) {
    if (!isObject(entry) || typeof entry.url !== "string") throw broken;
    const { url, apikey } = entry;
    if (apikey !== undefined && typeof apikey !== "string") throw broken;
    servers.set(name, { url, apiKey: apikey === undefined ? undefined : new Secret(apikey) });
  }
  return { current: typeof value.current === "string" ? value.current : undefined, servers };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes the file anew, whole or not at all, for its owner alone. */
export function writeContexts(file: string, { current, servers }: Contexts): void {
  const contexts = Object.fromEntries(
    [...servers].map(([name, { url, apiKey }]) => [name, { url, ...(apiKey && { apikey: apiKey.reveal() }) }]),
  );
  const text = `${JSON.stringify({ ...(current !== undefined && { current }), contexts }, null, 2)}\n`;
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // SECURITY: no moment in which others could open it; `wx`, because a file that stands there already may be theirs
    rmSync(draft, { force: true });
    writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new CommandError(`cannot write ${file}: ${(cause as Error).message}`, errorFaces.INTERNAL.exit);
  }
}

/** The server of this name. @throws {CommandError} there is none */
export function findContext({ servers }: Contexts, name: string): ServerContext {
  const found = servers.get(name);
  if (found) return found;
  const known =
    servers.size === 0
      ? "there is none; `dataos-ctl context add` makes one"
      : `known: ${[...servers.keys()].join(", ")}`;
  throw new CommandError(
    `there is no context \`${name}\`${suggestion(name, servers.keys())} (${known})`,
    errorFaces.NOT_FOUND.exit,
  );
}

/** @throws {CommandError} */
export function checkContextName(name: string): void {
  if (namePattern.test(name)) return;
  throw new CommandError(
    `\`${name}\` is not a name for a context; expected letters, digits and \`. _ -\`, at most 64 characters`,
    badInput,
  );
}
