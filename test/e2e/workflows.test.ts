import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { startServer, type TestServer, waitFor } from "./support/server.ts";

interface ShownRun {
  readonly id: string;
  readonly state: string;
  readonly trigger: string;
  readonly requestedBy: string | null;
  readonly rerunOf: string | null;
  readonly durationMs: number | null;
  readonly jobs: readonly { readonly name: string; readonly state: string; readonly tries: number }[];
}

const fields = "id state trigger requestedBy rerunOf durationMs jobs { name state tries durationMs }";

describe("a workflow of programs", () => {
  const folder = createTempDir();
  const mended = join(folder.path, "mended");
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({
      dataDir: join(folder.path, "data"),
      env: { DATAOS_JOB_COMMANDS: process.execPath },
    });
  });
  afterAll(async () => {
    await server?.kill("SIGTERM");
    folder.remove();
  });

  const job = (name: string, script: string, more = ""): string =>
    `    - {name: ${name}, ${more}spec: {stack: "process:1.0", stackSpec: {command: [${process.execPath}, -e, ${JSON.stringify(script)}]}}}\n`;
  const workflow = (name: string, jobs: string): string =>
    `name: ${name}\nversion: v1\ntype: workflow\nworkflow:\n  dag:\n${jobs}`;
  const apply = async (text: string): Promise<void> => {
    const { exit, stdout, stderr } = await server.ctl(["apply", "-f", "-"], { input: text });
    expect(exit, stdout + stderr).toBe(0);
  };
  const runs = async (name: string, state?: string): Promise<readonly ShownRun[]> => {
    const data = await server.query<{ runs: { edges: readonly { node: ShownRun }[] } }>(
      `query ($workflow: String, $state: String) { runs(workflow: $workflow, state: $state) { edges { node { ${fields} } } } }`,
      { workflow: name, state: state ?? null },
    );
    return data.runs.edges.map(({ node }) => node);
  };
  const ask = async (mutation: "rerun" | "cancelRun", input: Readonly<Record<string, unknown>>) => {
    const type = mutation === "rerun" ? "RerunInput" : "CancelRunInput";
    const data = await server.query<
      Record<string, { run: ShownRun | null; userErrors: readonly { code: string; message: string }[] }>
    >(`mutation ($input: ${type}!) { ${mutation}(input: $input) { run { ${fields} } userErrors { code message } } }`, {
      input,
    });
    return data[mutation];
  };

  it("is run again from what failed, after that was mended outside", async () => {
    await apply(
      workflow(
        "load",
        job("fetch", "console.log('fetched')") +
          job("store", `if (!require('fs').existsSync('${mended}')) process.exit(3)`, "dependencies: [fetch], "),
      ),
    );
    const [failed] = await waitFor(
      () => runs("load"),
      ([run]) => run?.state === "failed",
    );
    expect(await runs("load", "failed")).toHaveLength(1);
    expect(await runs("load", "succeeded")).toEqual([]);
    writeFileSync(mended, "");
    expect(await ask("rerun", { id: failed?.id, fromFailed: true })).toMatchObject({
      run: { trigger: "rerun", requestedBy: "operator", rerunOf: failed?.id },
      userErrors: [],
    });
    const [again] = await waitFor(
      () => runs("load"),
      ([run]) => run?.state === "succeeded",
    );
    expect(again?.jobs).toMatchObject([
      { name: "fetch", state: "succeeded", tries: 0 },
      { name: "store", state: "succeeded", tries: 1 },
    ]);
    expect(again?.durationMs).toBeGreaterThanOrEqual(0);
    expect(await ask("rerun", { id: again?.id, fromFailed: true })).toMatchObject({
      run: null,
      userErrors: [{ code: "CONFLICT" }],
    });
  });

  it("is cancelled with all that it started", async () => {
    const alive = join(folder.path, "alive");
    await apply(
      workflow("wait", job("wait", `require('fs').writeFileSync('${alive}', ''); setInterval(() => {}, 1000)`)),
    );
    const [run] = await waitFor(
      () => runs("wait"),
      ([first]) => first?.state === "running" && existsSync(alive),
    );
    expect(await ask("rerun", { id: run?.id })).toMatchObject({ run: null, userErrors: [{ code: "CONFLICT" }] });
    expect(await ask("cancelRun", { id: run?.id })).toMatchObject({ userErrors: [] });
    await waitFor(
      () => runs("wait"),
      ([first]) => first?.state === "cancelled",
    );
    const { stdout } = await server.ctl(["log", "-t", "workflow", "-n", "wait"]);
    expect(stdout).toContain("cancelled by `operator`");
  });

  it("says which states of runs there are", async () => {
    await expect(runs("load", "done")).rejects.toThrow(
      "`done` is not a state of a run; expected one of `pending`, `running`, `succeeded`, `failed`, `cancelled`",
    );
  });

  it("waits where the operator has not allowed the program", async () => {
    await apply(workflow("shell", job("sh", "").replace(process.execPath, "/bin/sh")));
    const status = await waitFor(
      () => server.ctl(["get", "-t", "workflow", "-n", "shell", "-o", "json"]),
      ({ stdout }) => stdout.includes("is not allowed here"),
    );
    expect(status.stdout).toContain("the operator allows programs by DATAOS_JOB_COMMANDS");
    expect(await runs("shell")).toEqual([]);
  });
});
