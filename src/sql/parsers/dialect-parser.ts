import type { Dialect } from "../dialects.ts";
import type { SqlParser } from "../parser-port.ts";
import { createPolyglotParser } from "./polyglot/index.ts";

/** The parser of a dialect. */
export function createDialectParser(dialect: Dialect): SqlParser {
  return createPolyglotParser(dialect);
}
