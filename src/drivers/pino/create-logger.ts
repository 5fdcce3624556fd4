import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import type { Logger } from "../../shared/logger.ts";
import { redact, redactText } from "./redact.ts";

/** Least severity that is written; `silent`: nothing is. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

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
    // WHY: errors arrive here as plain objects without secrets; pino's own serializer would drop their type and code
    serializers: { err: (value: unknown) => value },
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
