import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { CommandError } from "../client.ts";

export interface ManifestFile {
  readonly file: string;
  readonly text: string;
}

/** The manifests of `-f`: a file, a folder's `*.yaml` and `*.yml` in order of name, or `-` for standard input. */
export async function readManifests(paths: readonly string[], recursive: boolean): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const path of paths) {
    if (path === "-") files.push({ file: "<stdin>", text: await readAll(process.stdin) });
    else for (const file of listFiles(path, recursive)) files.push({ file, text: readFileSync(file, "utf8") });
  }
  return files;
}

function listFiles(path: string, recursive: boolean): string[] {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (!kind) throw new CommandError(`no such file or folder: ${path}`, 2);
  if (!kind.isDirectory()) return [path];
  const found = readdirSync(path, { withFileTypes: true, recursive })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (found.length === 0)
    throw new CommandError(
      `${path} holds no *.yaml file${recursive ? "" : "; add -R to look into its folders too"}`,
      2,
    );
  return found;
}

/** The values of the variables that the texts may name, out of `env`; the server says which ones are missing. */
export function pickVariables(
  files: readonly ManifestFile[],
  env: NodeJS.ProcessEnv = process.env,
): { name: string; value: string }[] {
  const names = new Set<string>();
  for (const { text } of files) {
    for (const [, braced, bare] of text.matchAll(/\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g))
      names.add(braced ?? bare ?? "");
  }
  // SECURITY: only what the manifests name leaves this machine
  return [...names].sort().flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [{ name, value }];
  });
}
