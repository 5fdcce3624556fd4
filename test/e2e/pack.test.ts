import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { waitFor } from "./support/server.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const apiKey = "test-key-of-the-packed-package-0123456789";
const temp = createTempDir();
const app = join(temp.path, "app");
const installed = join(app, "node_modules", "dataos");

/** A Node that is too old for the product, as a user may have it first on the path; `undefined`: none on this machine. */
const olderNode = await findOlderNode();

async function findOlderNode(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const candidate = join(folder, "node");
    const version = await run(candidate, ["--version"]).then(
      ({ stdout }) => Number(/^v(\d+)/.exec(stdout)?.[1]),
      () => Number.NaN,
    );
    if (version >= 20 && version < 24) return candidate;
  }
  return undefined;
}

/** Runs a program of the package from another folder; stdout, stderr and exit code in one text. */
async function start(node: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const options = { cwd: temp.path, env: { PATH: process.env.PATH, HOME: temp.path, ...env } };
  const { stdout, stderr, exit } = await run(node, [join(installed, "bin", program), ...args], options).then(
    (done) => ({ ...done, exit: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => ({ ...error, exit: error.code }),
  );
  return { exit, stdout, stderr };
}

/** The server from dist/, until it listens. */
async function serve(node: string, dataDir: string): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(node, [join(installed, "bin", "dataos.js"), "--data-dir", dataDir], {
    cwd: temp.path,
    env: { PATH: process.env.PATH, DATAOS_PORT: "0", DATAOS_BOOTSTRAP_APIKEY: apiKey },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  await waitFor(
    async () => output,
    (text) => text.includes("listening on ") || child.exitCode !== null,
  );
  expect(output).not.toContain("ExperimentalWarning");
  const url = /listening on (http:\S+)/.exec(output)?.[1];
  if (!url) throw new Error(`the server did not start:\n${output}`);
  return { url, child };
}

// WHY: the dependencies are linked from the checkout, so that this needs no registry; `npm run check:pack` installs them
beforeAll(async () => {
  const packed = await run("npm", ["pack", "--json", "--pack-destination", temp.path], { cwd: root });
  const file = /"filename":\s*"([^"]+)"/.exec(packed.stdout)?.[1] ?? "";
  await run("tar", ["-xzf", join(temp.path, file), "-C", temp.path]);
  mkdirSync(join(app, "node_modules"), { recursive: true });
  renameSync(join(temp.path, "package"), installed);
  for (const name of readdirSync(join(root, "node_modules")).filter((entry) => !entry.startsWith(".")))
    symlinkSync(join(root, "node_modules", name), join(app, "node_modules", name));
}, 180_000);
afterAll(() => temp.remove());

describe("the packed package", () => {
  it("holds the programs, their files and nothing of the workshop", () => {
    expect(readdirSync(installed).sort()).toEqual(
      ["LICENSE", "README.md", "bin", "dist", "package.json", "policies", "schema.graphql"].sort(),
    );
    const license = readFileSync(join(installed, "LICENSE"), "utf8");
    expect(license).toMatch(/^\s+Apache License\n\s+Version 2\.0, January 2004\n/);
    expect(license).toContain("END OF TERMS AND CONDITIONS");
    const built = readdirSync(join(installed, "dist"), { recursive: true }) as string[];
    expect(built).toContain("main.js");
    expect(built.filter((name) => /(?<!\.d)\.ts$|\.test\./.test(name))).toEqual([]);
    const { bin } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { bin: object };
    expect(bin).toEqual({ dataos: "bin/dataos.js", "dataos-ctl": "bin/dataos-ctl.js" });
  });

  const nodes = [
    ["this Node", process.execPath],
    ["an older Node, by way of the pinned one", olderNode],
  ] as const;
  for (const [title, node] of nodes) {
    const test = node === undefined ? it.skip : it;
    test(`starts under ${title}${node === undefined ? " (none of 20 to 23 is on the PATH)" : ""}`, async () => {
      if (node === undefined) return;
      const help = await start(node, "dataos-ctl.js", ["--help"]);
      expect(help, help.stderr).toMatchObject({ exit: 0, stderr: "" });
      expect(help.stdout).toContain("Usage: dataos-ctl");
      expect((await start(node, "dataos.js", ["--help"])).stdout).toContain("--data-dir");
      expect((await start(node, "dataos-ctl.js", ["get", "-o", "xml"])).exit).toBe(2);

      const { url, child } = await serve(node, join(temp.path, `data of ${title}`));
      try {
        const env = { DATAOS_URL: url, DATAOS_APIKEY: apiKey };
        const allowed = await start(node, "dataos-ctl.js", ["can-i", "read", "x"], env);
        expect(allowed.stdout).toContain("(policies/operator.yaml:");
        const page = await (await fetch(`${url}/graphql`, { headers: { accept: "text/html" } })).text();
        const assets = [...page.matchAll(/(?:src|href)="(\/graphql\/assets\/[^"]+)"/g)].map(([, path]) => path);
        expect(assets.length).toBeGreaterThan(3);
        for (const path of assets) expect((await fetch(`${url}${path}`)).status, path).toBe(200);
      } finally {
        const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        expect(await ended).toBe(0);
      }
    });
  }

  (olderNode === undefined ? it.skip : it)("says what it needs where no pinned Node is installed", async () => {
    if (olderNode === undefined) return;
    const pinned = `node-${process.platform}-${process.arch}`;
    unlinkSync(join(app, "node_modules", pinned));
    const { exit, stderr } = await start(olderNode, "dataos.js", []);
    symlinkSync(join(root, "node_modules", pinned), join(app, "node_modules", pinned));
    expect(exit).toBe(1);
    expect(stderr).toMatch(/^Node 24 or newer is needed and this is 2\d\.\d+\.\d+; no pinned one was found for .*\n$/);
  });
});
