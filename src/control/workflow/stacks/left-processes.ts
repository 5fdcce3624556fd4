import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

const lookEveryMs = 20;
const patienceMs = 5000;

/**
 * Ends what a former server has started below `workDir` and could not end any more, because it was killed together with its supervisors.
 * INVARIANT: called before anything is started there, by the only server that may. Only on Linux anything is found.
 */
export async function endLeftProcesses(workDir: string): Promise<{ readonly ended: number }> {
  const ended = new Set<number>();
  for (let waitedMs = 0; waitedMs <= patienceMs; waitedMs += lookEveryMs) {
    const found = findProcesses(workDir);
    if (found.length === 0) break;
    for (const { pid, group } of found) {
      ended.add(pid);
      // a program that hides its environment ends with its group
      kill(-group);
      kill(pid);
    }
    await wait(lookEveryMs);
  }
  await rm(workDir, { recursive: true, force: true });
  return { ended: ended.size };
}

/** What has its folder for temporary files there, which every program that is started there is told. */
function findProcesses(workDir: string): readonly { readonly pid: number; readonly group: number }[] {
  const mark = `\0TMPDIR=${workDir}/`;
  const found: { pid: number; group: number }[] = [];
  if (process.platform !== "linux") return found;
  const [, own] = readState("self");
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      if (!Buffer.concat([Buffer.of(0), readFileSync(`/proc/${name}/environ`)]).includes(mark)) continue;
      const [state, group] = readState(name);
      // SECURITY: where this server was itself started below there, it does not end itself
      if (state !== "Z" && group !== own) found.push({ pid: Number(name), group });
    } catch {
      // it ended, or is somebody else's
    }
  }
  return found;
}

/** Its state and its process group. */
function readState(pid: string): readonly [string, number] {
  // the name of the program is in brackets and may hold anything
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\)\s/s, "")
    .split(" ");
  return [fields[0] ?? "", Number(fields[2])];
}

function kill(target: number): void {
  try {
    process.kill(target, "SIGKILL");
  } catch {
    // it is gone
  }
}
