import { type Clock, toTimestamp } from "../../shared/clock.ts";
import type { Logger } from "../../shared/logger.ts";
import type { LogLine } from "../ports.ts";
import type { LogStore, NewLogLine } from "../stores.ts";
import type { Redactor } from "../workflow/redaction.ts";

const flushAfterMs = 250;
const flushAt = 100;
const linesPerSecond = 500;
const kept = 10_000;
const trimEvery = 1000;

/** The log of one replica: at most 500 lines a second, of which the resource keeps its newest 10,000. */
export interface ServiceLog {
  add(level: LogLine["level"], message: string): void;
  /** Writes what waits. Never throws: a log that cannot be written does not end a service. */
  flush(): Promise<void>;
}

export function createServiceLog({
  store,
  uid,
  replica,
  redactor,
  clock,
  logger,
}: {
  readonly store: Pick<LogStore, "append" | "trim">;
  readonly uid: string;
  readonly replica: number;
  readonly redactor: Pick<Redactor, "redact">;
  readonly clock: Clock;
  readonly logger: Logger;
}): ServiceLog {
  let waiting: NewLogLine[] = [];
  let cancelTimer: (() => void) | undefined;
  let last: Promise<void> = Promise.resolve();
  let written = 0;
  let second = 0;
  let inSecond = 0;
  let leftOut = 0;

  const flush = (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (waiting.length === 0) return last;
    const lines = waiting;
    waiting = [];
    last = last
      .then(async () => {
        await store.append(lines);
        written += lines.length;
        if (written < trimEvery) return;
        written = 0;
        await store.trim(uid, kept);
      })
      .catch((error: unknown) => logger.error({ uid, err: error }, "log lines of a service were lost"));
    return last;
  };

  const push = (level: LogLine["level"], message: string): void => {
    waiting.push({ uid, level, run: undefined, job: `replica-${replica}`, message, at: toTimestamp(clock.now()) });
    if (waiting.length >= flushAt) void flush();
    else cancelTimer ??= clock.schedule(flushAfterMs, () => void flush());
  };

  return {
    add(level, message) {
      const now = Math.floor(clock.now() / 1000);
      if (now !== second) {
        if (leftOut > 0) push("warn", `${leftOut} lines were left out: more than ${linesPerSecond} in a second`);
        second = now;
        inSecond = 0;
        leftOut = 0;
      }
      if (++inSecond > linesPerSecond) leftOut++;
      else push(level, redactor.redact(message));
    },
    flush,
  };
}
