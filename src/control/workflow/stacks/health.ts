import { execFile } from "node:child_process";
import { connect } from "node:net";
import type { Clock } from "../../../shared/clock.ts";
import { UnavailableError } from "../../../shared/errors.ts";

interface Times {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** how long it may take until it answers the first time */
  readonly startupMs: number;
  /** how often in a row it may not answer before it is ended */
  readonly failureThreshold: number;
}

/** How a program on this machine is asked whether it is well. */
export type HealthCheck = Times &
  (
    | { readonly type: "http"; readonly port: number; readonly path: string }
    | { readonly type: "tcp"; readonly port: number }
    | {
        readonly type: "exec";
        readonly program: string;
        readonly args: readonly string[];
        readonly cwd: string;
        readonly env: Readonly<Record<string, string>>;
      }
  );

const startingEveryMs = 250;

/**
 * Asks again and again; gives what stops it.
 * @param onReady told when that changes; `why` where it does not answer
 * @param onFailed told once, when it does not answer in time or any more
 */
export function watchHealth(
  check: HealthCheck,
  {
    clock,
    onReady,
    onFailed,
  }: {
    readonly clock: Clock;
    readonly onReady: (isReady: boolean, why: string | undefined) => void;
    readonly onFailed: (error: UnavailableError) => void;
  },
): () => void {
  const startedMs = clock.now();
  const stopping = new AbortController();
  let wasReady = false;
  let isReady = false;
  let failures = 0;
  let cancelTimer = (): void => {};
  const ask = async (): Promise<void> => {
    const why = await probe(check, stopping.signal);
    if (stopping.signal.aborted) return;
    failures = why === undefined ? 0 : failures + 1;
    if ((why === undefined) !== isReady) {
      isReady = why === undefined;
      onReady(isReady, why);
    }
    wasReady ||= isReady;
    if (why !== undefined && wasReady && failures >= check.failureThreshold)
      return onFailed(new UnavailableError(`it did not answer ${failures} times (${why}), so it was ended`));
    if (!wasReady && clock.now() - startedMs >= check.startupMs)
      return onFailed(
        new UnavailableError(`it did not answer within ${check.startupMs} ms of its start (${why}), so it was ended`),
      );
    cancelTimer = clock.schedule(wasReady ? check.intervalMs : Math.min(check.intervalMs, startingEveryMs), () => {
      void ask();
    });
  };
  void ask();
  return () => {
    stopping.abort();
    cancelTimer();
  };
}

/** What is wrong, if anything; never throws. */
function probe(check: HealthCheck, signal: AbortSignal): Promise<string | undefined> {
  if (check.type === "http") return askHttp(check.port, check.path, check.timeoutMs, signal);
  return check.type === "tcp" ? askTcp(check.port, check.timeoutMs) : askProgram(check, signal);
}

async function askHttp(
  port: number,
  path: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]),
    });
    await answer.body?.cancel();
    return answer.status >= 200 && answer.status < 400 ? undefined : `HTTP status ${answer.status}`;
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    return isLate ? `no answer within ${timeoutMs} ms` : "no HTTP answer";
  }
}

function askTcp(port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const end = (why: string | undefined): void => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(timeoutMs, () => end(`no connection within ${timeoutMs} ms`));
    socket.once("connect", () => end(undefined));
    socket.once("error", () => end("no connection"));
  });
}

function askProgram(
  { program, args, cwd, env, timeoutMs }: HealthCheck & { readonly type: "exec" },
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { cwd, env, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 65_536, signal } as const;
    execFile(program, [...args], options, (error) => {
      if (!error) resolve(undefined);
      else resolve(error.killed ? `no end within ${timeoutMs} ms` : `it ended with code ${error.code ?? "unknown"}`);
    });
  });
}
