import { type Clock, toTimestamp } from "../../shared/clock.ts";
import { DataOsError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { LogLine } from "../ports.ts";
import type { Lease, LogStore, NewLogLine } from "../stores.ts";
import type { Redactor } from "./redaction.ts";

const flushAfterMs = 250;
const flushAt = 100;
const maxLines = 10_000;
const maxChars = 8 * 1024 * 1024;

/** The log of one run: lines reach the store in order, in small batches, at most 10,000 of them and 8 Mi characters. */
export interface RunLog {
  /** A logger for a job; `undefined`: for the run as a whole. */
  logger(job: string | undefined): Logger;
  /** Writes what waits. Never throws: a log that cannot be written does not end a run. */
  flush(): Promise<void>;
}

export function createRunLog({
  store,
  uid,
  claim,
  redactor,
  clock,
  logger,
}: {
  readonly store: LogStore;
  readonly uid: string;
  /** of the run; what is written after it is lost is left out */
  readonly claim: Lease;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly logger: Logger;
}): RunLog {
  const run = claim.name;
  let waiting: NewLogLine[] = [];
  let written = 0;
  let writtenChars = 0;
  let isFull = false;
  let cancelTimer: (() => void) | undefined;
  let last: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (waiting.length === 0) return last;
    const lines = waiting;
    waiting = [];
    last = last
      .then(() => store.append(lines, claim))
      .then((isWritten) => {
        if (!isWritten) logger.warn({ run, lines: lines.length }, "log lines of a run that another process took over");
      })
      .catch((error: unknown) => logger.error({ run, err: error }, "log lines of a run were lost"));
    return last;
  };

  const add = (level: LogLine["level"], job: string | undefined, message: string): void => {
    if (isFull) return;
    let text = redactor.redact(message);
    isFull = ++written > maxLines || writtenChars + text.length > maxChars;
    if (isFull) text = `more than ${maxLines} lines or ${maxChars} characters; the rest is left out`;
    writtenChars += text.length;
    waiting.push({ uid, level, run, job, message: text, at: toTimestamp(clock.now()) });
    if (waiting.length >= flushAt) void flush();
    else cancelTimer ??= clock.schedule(flushAfterMs, () => void flush());
  };

  const createLogger = (job: string | undefined, bound: Readonly<Record<string, unknown>>): Logger => {
    const write = (level: LogLine["level"]) => (fields: Readonly<Record<string, unknown>>, message: string) =>
      add(level, job, toText(message, { ...bound, ...fields }));
    return {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
      child: (fields) => createLogger(job, { ...bound, ...fields }),
    };
  };
  return { logger: (job) => createLogger(job, {}), flush };
}

/** `message key=value …`; errors show their message only where it is meant for users. */
function toText(message: string, fields: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${toWord(value)}`);
  return [message, ...shown].join(" ");
}

function toWord(value: unknown): string {
  if (value instanceof DataOsError) return JSON.stringify(value.message);
  if (value instanceof Error) return "(an unplanned error)";
  if (typeof value === "string") return /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? String(value);
}
