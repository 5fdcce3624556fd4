import { type ChildProcess, spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../../shared/clock.ts";
import type { StartOrder, SupervisorNews, SupervisorOrder } from "./supervisor-protocol.ts";

const tellEveryMs = 1000;
const maxLineChars = 8000;
const lastOutputMs = 1000;

export interface SupervisedCommand {
  readonly order: Omit<StartOrder, "type">;
  /** How long the server is sure of its right to the run, from now; `Infinity`: as long as it lives. */
  readonly sureForMs: () => number;
  /** One line of output, without its end; longer ones come in pieces of 8,000 characters. */
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
  /** It runs. */
  readonly onStart?: () => void;
  readonly clock: Clock;
  /** Ends it: asked first, made after five seconds. */
  readonly signal: AbortSignal;
}

/** How it ended. */
export type CommandEnd = Exclude<SupervisorNews, { readonly type: "started" }>;

/**
 * Runs a command under a supervisor of its own. Resolves when it and all that it started have ended.
 * SECURITY: no shell; the environment is what `order` says and nothing of the server's.
 */
export async function runSupervised({
  order,
  sureForMs,
  onLine,
  onStart,
  clock,
  signal,
}: SupervisedCommand): Promise<CommandEnd> {
  signal.throwIfAborted();
  // WHY: programs start from files, which are TypeScript here and JavaScript where the package was built
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const file = fileURLToPath(new URL(`./supervisor-process.${extension}`, import.meta.url));
  const supervisor = spawn(process.execPath, ["--no-warnings", "--max-old-space-size=32", file], {
    ...{ env: {}, detached: true, shell: false },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let group: number | undefined;
  let end: CommandEnd | undefined;
  let cancelBeat = (): void => {};
  const tell = (message: SupervisorOrder): void => {
    if (supervisor.connected) supervisor.send(message, () => {});
  };
  const beat = (): void => {
    const forMs = sureForMs();
    if (forMs > 0) tell({ type: "sure", forMs: Number.isFinite(forMs) ? forMs : undefined });
    cancelBeat = clock.schedule(tellEveryMs, beat);
  };
  const onAbort = (): void => tell({ type: "end" });
  signal.addEventListener("abort", onAbort, { once: true });
  supervisor.on("message", (news: SupervisorNews) => {
    if (news.type === "started") {
      group = news.pid;
      onStart?.();
    } else end = news;
  });
  const streams = [readLines(supervisor, "stdout", onLine), readLines(supervisor, "stderr", onLine)];
  try {
    const exit = new Promise<void>((resolve, reject) => {
      supervisor.once("error", reject);
      supervisor.once("exit", () => resolve());
    });
    beat();
    tell({ type: "start", ...order });
    await exit;
    // the supervisor was killed: nobody else ends what it had started
    if (!end && group !== undefined) killGroup(group);
    // what left the group may hold the pipes for ever
    const cancelWait = clock.schedule(lastOutputMs, () => {
      supervisor.stdout?.destroy();
      supervisor.stderr?.destroy();
    });
    await Promise.allSettled(streams);
    cancelWait();
    return end ?? { type: "exited", code: undefined, signal: "SIGKILL", killedFor: undefined };
  } finally {
    cancelBeat();
    signal.removeEventListener("abort", onAbort);
  }
}

function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // nobody is left in it
  }
}

async function readLines(
  supervisor: ChildProcess,
  name: "stdout" | "stderr",
  onLine: SupervisedCommand["onLine"],
): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of supervisor[name] ?? []) {
    rest += decoder.write(chunk as Buffer);
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) tellInPieces(line, (piece) => onLine(name, piece));
    // INVARIANT: a program that never ends a line does not fill the memory
    if (rest.length > maxLineChars) {
      tellInPieces(rest, (piece) => onLine(name, piece));
      rest = "";
    }
  }
  rest += decoder.end();
  if (rest !== "") onLine(name, rest);
}

function tellInPieces(line: string, tell: (piece: string) => void): void {
  for (let start = 0; start === 0 || start < line.length; start += maxLineChars)
    tell(line.slice(start, start + maxLineChars));
}
