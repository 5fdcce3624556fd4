import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createProcessStack } from "../../src/control/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import type { StateDb } from "../../src/state/index.ts";
import type { ManualClock } from "../support/clock.ts";
import { createTestControl, type TestControl } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";
import { createTempDir } from "../support/temp-dir.ts";

const folder = createTempDir();
afterAll(() => folder.remove());
const node = process.execPath;
const realTime: ManualClock = { ...systemClock, advance: () => {}, set: () => {} };
const running: { control: { stop(): Promise<void> }; state: StateDb }[] = [];
afterEach(async () => {
  for (const { control, state } of running.splice(0)) {
    await control.stop();
    await state.close();
  }
});

let count = 0;
async function start(): Promise<TestControl & { readonly volumesDir: string }> {
  const [sqlite] = stateEngines();
  const state = await (await sqlite?.create())?.open();
  if (!state) throw new Error("there is no engine");
  const volumesDir = join(folder.path, `volumes-${count++}`);
  const workDir = join(folder.path, "jobs");
  const stack = createProcessStack({
    ...{ allowedCommands: [node], environment: { PATH: "/usr/bin:/bin" }, workDir, clock: systemClock },
  });
  const test = await createTestControl(state, { clock: realTime, volumesDir, stacks: [stack] });
  running.push({ control: test.control, state });
  await test.control.start();
  return { ...test, volumesDir };
}

async function eventually<T>(read: () => Promise<T | undefined | false>): Promise<T> {
  for (let round = 0; round < 2000; round++) {
    const found = await read();
    if (found !== undefined && found !== false) return found;
    await wait(10);
  }
  throw new Error("what was waited for did not happen");
}

const volumeOf = (size: string, more = "accessMode: ReadWriteMany, type: temp") =>
  `name: files\nversion: v1beta\ntype: volume\nvolume: {size: ${size}, ${more}}`;
const jobOf = (script: string, use = "{name: files, directory: data/in}") =>
  `name: load\nversion: v1\ntype: workflow\nworkflow: {dag: [{name: load, spec: {stack: 'process:1.0', dataosVolumes: [${use}], stackSpec: {command: [${JSON.stringify(node)}, -e, ${JSON.stringify(script)}]}}}]}`;
const ended = (test: TestControl) =>
  eventually(async () => (await test.runs("load")).find(({ state }) => state === "succeeded" || state === "failed"));
const remove = async (test: TestControl, force: boolean) => {
  const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
  await test.control.delete(auth, { type: "volume", name: "files", workspace: "public" }, { force });
};

describe("a volume", () => {
  it("is a folder that jobs find in theirs and by a variable, and that stays", async () => {
    const test = await start();
    await test.apply("root", volumeOf("1Mi"));
    const { uid, phase } = await test.get("volume", "files", "public");
    expect(phase).toBe("Active");
    const script =
      "const fs = require('fs'); fs.writeFileSync('data/in/a.txt', 'kept'); fs.writeFileSync(process.env.DATAOS_VOLUME_FILES + '/b.txt', '')";
    await test.apply("root", jobOf(script));
    expect(await ended(test)).toMatchObject({ state: "succeeded" });
    expect(readFileSync(join(test.volumesDir, uid, "a.txt"), "utf8")).toBe("kept");
    expect(readdirSync(join(test.volumesDir, uid)).sort()).toEqual(["a.txt", "b.txt"]);
  });

  it("that holds more than its size says so, and nothing is started with it", async () => {
    const test = await start();
    await test.apply("root", volumeOf("1Ki"));
    const { uid } = await test.get("volume", "files", "public");
    writeFileSync(join(test.volumesDir, uid, "big"), "x".repeat(2000));
    await test.apply("root", jobOf("console.log('never')"));
    const message =
      "volume `public/files` holds 2000 bytes, and its size is 1024; delete something in it, or give it a larger `size`";
    expect(await ended(test)).toMatchObject({ state: "failed", message: `job \`load\` failed: ${message}` });
    await test.apply("root", volumeOf("1536"));
    expect((await test.get("volume", "files", "public")).conditions).toContainEqual(
      expect.objectContaining({ type: "QuotaExceeded", status: "True" }),
    );
    await test.apply("root", volumeOf("4Ki"));
    expect((await test.get("volume", "files", "public")).conditions).toContainEqual(
      expect.objectContaining({ type: "QuotaExceeded", status: "False", message: "49 % of 4Ki in use" }),
    );
  });

  it("that a job fills beyond its size ends the job", async () => {
    const test = await start();
    await test.apply("root", volumeOf("1Ki"));
    await test.apply(
      "root",
      jobOf("require('fs').writeFileSync('data/in/big', 'x'.repeat(9000)); setInterval(() => {}, 1000)"),
    );
    const run = await ended(test);
    expect(run.message).toContain("holds 9000 bytes, and its size is 1024");
  }, 30_000);

  it.each([
    ["{name: files, directory: ../out}", "`directory: ../out` leads out of its folder"],
    ["{name: files, directory: /etc/cron.d}", "`directory: /etc/cron.d` leads out of its folder"],
    ["{name: files, subPath: a/../../..}", "`subPath: a/../../..` leads out of its folder"],
    ["{name: files, subPath: link/deep}", "`subPath: link/deep` is no folder of the volume"],
    ["{name: files, readOnly: true}", "cannot be kept from being written to here"],
  ])("is not handed over as %s", async (use, message) => {
    const test = await start();
    await test.apply("root", volumeOf("1Mi"));
    const { uid } = await test.get("volume", "files", "public");
    mkdirSync(join(folder.path, "outside"), { recursive: true });
    symlinkSync(join(folder.path, "outside"), join(test.volumesDir, uid, "link"));
    await test.apply("root", jobOf("console.log('never')", use));
    expect(await ended(test)).toMatchObject({ state: "failed", message: expect.stringContaining(message) });
    expect(readdirSync(join(folder.path, "outside"))).toEqual([]);
  });

  it("that is persistent goes with what it holds only when that is asked for, and no link of it is followed", async () => {
    const test = await start();
    await test.apply("root", volumeOf("1Mi", "accessMode: ReadWriteOnce, type: persistent"));
    const { uid } = await test.get("volume", "files", "public");
    const outside = join(folder.path, "precious");
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, "kept"), "");
    symlinkSync(outside, join(test.volumesDir, uid, "link"));
    writeFileSync(join(test.volumesDir, uid, "a"), "12345");
    expect(lstatSync(join(test.volumesDir, uid, "link")).isSymbolicLink()).toBe(true);
    await expect(remove(test, false)).rejects.toThrow(/^volume `public\/files` holds \d+ bytes, which go with it/);
    await remove(test, true);
    expect(existsSync(join(test.volumesDir, uid))).toBe(false);
    expect(readdirSync(test.volumesDir)).toEqual([]);
    expect(readdirSync(outside)).toEqual(["kept"]);
  });
});
