// `npm run bench:start`: from an empty data folder until the server answers, and its memory when idle.
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../e2e/support/server.ts";
import { median, reportFigure } from "./report.ts";

const rounds = 5;
const idleMs = 5_000;

const empty: number[] = [];
const again: number[] = [];
const residentMb: number[] = [];
for (let round = 0; round < rounds; round++) {
  const dataDir = await mkdtemp(join(tmpdir(), "dataos-bench-"));
  empty.push(await timeStart(dataDir, false));
  again.push(await timeStart(dataDir, true));
  await rm(dataDir, { recursive: true, force: true });
}
reportFigure({ name: "start_empty_ms", value: median(empty), unit: "ms", target: 2_000 });
reportFigure({ name: "start_again_ms", value: median(again), unit: "ms" });
reportFigure({ name: "idle_rss_mb", value: median(residentMb), unit: "MB", target: 200 });

async function timeStart(dataDir: string, measureMemory: boolean): Promise<number> {
  const startedAt = performance.now();
  const server = await startServer({ dataDir });
  const ready = await fetch(`${server.url}/readyz`);
  const elapsedMs = performance.now() - startedAt;
  if (!ready.ok) throw new Error(`not ready: ${await ready.text()}`);
  if (measureMemory && process.platform === "linux") {
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const status = readFileSync(`/proc/${server.child.pid}/status`, "utf8");
    residentMb.push(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024);
  }
  await server.kill("SIGTERM");
  return elapsedMs;
}
