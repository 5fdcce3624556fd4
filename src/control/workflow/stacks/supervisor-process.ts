/**
 * Stands between the server and one job: starts it in a process group of its own and sees to it that nothing of the group outlives the
 * job, the server, or the server's right to the run.
 * WHY: a server that is killed or stopped cannot end what it has started, and its successor starts the job again.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { StartOrder, SupervisorNews, SupervisorOrder } from "./supervisor-protocol.ts";

const graceMs = 5000;
const lookEveryMs = 250;

let child: ChildProcess | undefined;
let killedFor: "memory" | "silence" | undefined;
let silence: NodeJS.Timeout | undefined;

process.on("message", (order: SupervisorOrder) => {
  if (order.type === "start") start(order);
  else if (order.type === "end") end();
  else stayFor(order.forMs);
});
// the server is gone
process.on("disconnect", () => {
  signalGroup("SIGKILL");
  process.exit(1);
});

function start({ program, args, env, cwd, memoryBytes }: StartOrder): void {
  const started = spawn(program, args, {
    ...{ cwd, env, shell: false, detached: true },
    stdio: ["ignore", "inherit", "inherit"],
  });
  child = started;
  started.once("error", (error) => {
    const code = "code" in error ? String(error.code) : "unknown";
    leave({ type: "refused", code });
  });
  if (started.pid === undefined) return;
  tell({ type: "started", pid: started.pid });
  const look = memoryBytes === undefined ? undefined : watchMemory(started.pid, memoryBytes);
  started.once("exit", (code, signal) => {
    clearInterval(look);
    // what the job left behind ends with it
    signalGroup("SIGKILL");
    leave({ type: "exited", code: code ?? undefined, signal: signal ?? undefined, killedFor });
  });
}

function end(): void {
  signalGroup("SIGTERM");
  setTimeout(() => signalGroup("SIGKILL"), graceMs).unref();
}

function stayFor(ms: number | undefined): void {
  clearTimeout(silence);
  if (ms === undefined) return;
  silence = setTimeout(() => {
    killedFor = "silence";
    signalGroup("SIGKILL");
  }, ms);
}

function watchMemory(group: number, maxBytes: number): NodeJS.Timeout {
  return setInterval(() => {
    if (readGroupBytes(group) <= maxBytes) return;
    killedFor = "memory";
    signalGroup("SIGKILL");
  }, lookEveryMs);
}

/** Memory that the processes of a group have in use together. */
function readGroupBytes(group: number): number {
  let kilobytes = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // the name of the program is in brackets and may hold anything
      const fields = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\)\s/s, "")
        .split(" ");
      if (Number(fields[2]) !== group) continue;
      kilobytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      // it ended while we looked
    }
  }
  return kilobytes * 1024;
}

function signalGroup(signal: "SIGTERM" | "SIGKILL"): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // nobody is left in it
  }
}

function leave(news: SupervisorNews): void {
  if (!process.connected) process.exit(1);
  process.send?.(news, () => process.exit(0));
}

function tell(news: SupervisorNews): void {
  if (process.connected) process.send?.(news);
}
