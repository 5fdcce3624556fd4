import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import type { Logger } from "../../shared/logger.ts";
import { redact, redactText } from "./redact.ts";

/** Severities, least first; `silent` writes nothing. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * A logger that writes one JSON object per line: `level` (a word), `time` (RFC 3339 UTC), `message` and the fields.
 * Secrets are taken out of every line, whatever wrote it.
 * @param destination default: standard output
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    messageKey: "message",
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(destination ? pino(options, destination) : pino(options));
}

function wrap(logger: PinoLogger): Logger {
  const write =
    (level: Exclude<LogLevel, "silent">): Logger["info"] =>
    (fields, message) => {
      // WHY: taking secrets out costs more than a line that is not written
      if (logger.isLevelEnabled(level)) logger[level](redact(fields), redactText(message));
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => wrap(logger.child(redact(fields))),
  };
}
