import { execFile } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { startServer } from "./support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs `npm start -- recover …` as the operator on the machine would. */
function recover(
  dataDir: string,
  ...args: readonly string[]
): Promise<{ readonly exit: number; readonly text: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "src/main.ts", "recover", ...args],
      {
        cwd: root,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, DATAOS_DATA_DIR: dataDir, DATAOS_LOG_LEVEL: "error" },
      },
      (error, stdout, stderr) =>
        resolve({ exit: typeof error?.code === "number" ? error.code : 0, text: stdout + stderr }),
    );
  });
}

const policy = `
name: spoilt
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:nobody"]}
    predicates: [read]
    objects: {paths: ["/x"]}
    allow: true
`;

describe("a stored policy that does not compile any more", () => {
  it("locks everybody out until the operator on the stopped machine takes it out by name, which is on record", async () => {
    using folder = createTempDir();
    const first = await startServer({ dataDir: folder.path });
    expect(await first.ctl(["apply", "-f", "-"], { input: policy })).toMatchObject({ exit: 0 });
    expect((await recover(folder.path)).text).toContain("is in use by another server process");
    await first.kill("SIGTERM");

    // as a newer version of the language might find it
    const db = new DatabaseSync(join(folder.path, "state.db"));
    db.exec(
      "update control_resources set manifest = replace(manifest, '\"allow\":true', '\"allow\":\"perhaps\"') where name = 'spoilt'",
    );
    db.close();
    const locked = await startServer({ dataDir: folder.path }, first.apiKey);
    expect((await locked.ctl(["auth", "whoami"])).exit).not.toBe(0);
    await locked.kill("SIGTERM");

    const looked = await recover(folder.path);
    expect(looked.text).toContain("the stored policies do not compile");
    expect(looked.text).toContain("# policy/spoilt: <stdin>:10:12: `access.allow` is the text `perhaps`");
    expect((await recover(folder.path, "policy/other")).text).toContain("there is no stored policy `other`");
    expect((await recover(folder.path, "depot/spoilt")).text).toContain("`depot/spoilt` names no stored policy");
    const taken = await recover(folder.path, "policy/spoilt");
    expect(taken.exit, taken.text).toBe(0);
    expect(taken.text).toContain("name: spoilt");
    expect(taken.text).toContain("the stored policies compile");

    const again = await startServer({ dataDir: folder.path }, first.apiKey);
    expect((await again.ctl(["auth", "whoami"])).exit).toBe(0);
    expect((await again.ctl(["audit", "verify"])).exit).toBe(0);
    const exported = await again.ctl(["audit", "export"]);
    const records = exported.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { action?: string; type?: string; actor?: string; object?: string[] });
    const disabling = records.filter(({ action }) => action === "policy.disable");
    expect(disabling.map(({ type, object }) => [type, object])).toEqual([
      ["change.begun", ["urn:dataos:resource:policy:spoilt"]],
      ["change", ["urn:dataos:resource:policy:spoilt"]],
    ]);
    expect(disabling[0]?.actor).toMatch(/^machine:./);
    expect(await again.ctl(["apply", "-f", "-"], { input: policy })).toMatchObject({ exit: 0 });
    await again.kill("SIGTERM");
  }, 120_000);
});
