import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { errorFaces } from "../../shared/errors.ts";
import { parseYamlDocuments } from "../../shared/yaml.ts";
import { CommandError } from "../client.ts";

export interface ManifestFile {
  readonly file: string;
  readonly text: string;
}

const { exit: badInput } = errorFaces.BAD_USER_INPUT;
const reference = /\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/** The manifests of `-f`: a file, a folder's `*.yaml` and `*.yml` in order of name, or `-` for standard input. */
export async function readManifests(paths: readonly string[], recursive: boolean): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const path of paths) {
    if (path === "-") files.push({ file: "<stdin>", text: await readAll(process.stdin) });
    else for (const file of listFiles(path, recursive)) files.push({ file, text: readText(file) });
  }
  return files;
}

function listFiles(path: string, recursive: boolean): string[] {
  const kind = reading(path, () => statSync(path, { throwIfNoEntry: false }));
  if (!kind) throw new CommandError(`there is no file or folder \`${path}\``, badInput);
  if (!kind.isDirectory()) return [path];
  const found = readdirSync(path, { withFileTypes: true, recursive })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (found.length > 0) return found;
  throw new CommandError(
    `\`${path}\` holds no *.yaml file${recursive ? "" : "; add -R to look into its folders too"}`,
    badInput,
  );
}

function readText(file: string): string {
  return reading(file, () => readFileSync(file, "utf8"));
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    // where a job runs this program, see docs/adr/0122-jobs-that-run-commands.md
    const why = code === "ERR_ACCESS_DENIED" ? "a job reads the files of its own `manifests` only" : message;
    throw new CommandError(`cannot read \`${path}\`: ${why}`, badInput);
  }
}

/** The values of the variables that the texts name, out of `env`; the server says which ones are missing. */
export function pickVariables(
  files: readonly ManifestFile[],
  env: NodeJS.ProcessEnv = process.env,
): { name: string; value: string }[] {
  const names = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === "string") {
      for (const [, braced, bare] of value.matchAll(reference)) names.add(braced ?? bare ?? "");
    } else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) collect(item);
  };
  // SECURITY: only what values name leaves this machine, not what a comment names; the server tells the faults of a text
  for (const { file, text } of files) for (const { value } of parseYamlDocuments(text, file).documents) collect(value);
  return [...names].sort().flatMap((name) => {
    const value = env[name];
    return typeof value === "string" ? [{ name, value }] : [];
  });
}

/** `$NAME` and `${NAME}` of `text` replaced, `$$` by `$`. @throws {CommandError} one is not set */
export function expandVariables(text: string, file: string, env: NodeJS.ProcessEnv = process.env): string {
  return text.replaceAll(reference, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return "$";
    const value = env[name];
    if (typeof value !== "string") throw new CommandError(`${file}: variable \`${name}\` is not set`, badInput);
    return value;
  });
}
