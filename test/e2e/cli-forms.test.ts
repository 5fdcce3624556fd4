import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { runCtl, startServer, type TestServer } from "./support/server.ts";

const folder = createTempDir();
const file = join(folder.path, "role.yaml");
let server: TestServer;
beforeAll(async () => {
  writeFileSync(file, "name: clerk\nversion: v1\ntype: role\nrole: {name: Clerk}\n");
  server = await startServer({ dataDir: join(folder.path, "data"), env: { DATAOS_JOB_COMMANDS: process.execPath } });
});
afterAll(async () => {
  await server?.kill("SIGTERM");
  folder.remove();
});

it("`create` makes what is not there, `update` changes what is, and neither does the other's work", async () => {
  expect(await server.ctl(["update", "-f", file])).toEqual({
    exit: 5,
    stdout: "",
    stderr: "error: nothing was applied\n  role/clerk is not there; `create` makes it\n",
  });
  expect((await server.ctl(["resource", "create", "-f", file])).stdout).toContain("1 created");
  expect(await server.ctl(["create", "-f", file])).toEqual({
    exit: 6,
    stdout: "",
    stderr: "error: nothing was applied\n  role/clerk is there already; `update` changes it\n",
  });
  writeFileSync(file, "name: clerk\nversion: v1\ntype: role\nrole: {name: Clerks}\n");
  expect((await server.ctl(["update", "-f", file])).stdout).toContain("1 updated");
});

it("`apply --lint` checks without a server", async () => {
  const found = await runCtl(["apply", "--lint", "-f", file], { DATAOS_URL: "http://127.0.0.1:9" });
  expect(found).toMatchObject({ exit: 0, stdout: "1 file, 0 errors, 0 warnings\n" });
});

it("`apply --re-run` runs workflows again that did not change", async () => {
  const input = `name: again
version: v1
type: workflow
workflow: {dag: [{name: a, spec: {stack: "process:1.0", stackSpec: {command: [${process.execPath}, --version]}}}]}
`;
  expect((await server.ctl(["apply", "-r", "-f", "-"], { input })).stdout).not.toContain("started");
  expect((await server.ctl(["log", "-t", "workflow", "-n", "again", "-f"])).exit).toBe(0);
  expect((await server.ctl(["apply", "--re-run", "-f", "-"], { input })).stdout).toMatch(/^started +run\/run_/m);
  expect((await server.ctl(["log", "-t", "workflow", "-n", "again", "-f"])).exit).toBe(0);
  const runs = JSON.parse((await server.ctl(["runs", "again", "-o", "json"])).stdout) as { state: string }[];
  expect(runs.map(({ state }) => state)).toEqual(["succeeded", "succeeded"]);
});
