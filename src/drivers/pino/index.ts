export { createLogger, type LogLevel, logLevels } from "./create-logger.ts";
