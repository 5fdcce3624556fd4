import type { SourcePosition } from "../shared/errors.ts";
import { BadInputError } from "../shared/errors.ts";
import type { Statement } from "./syntax.ts";

/** Turns SQL text of one dialect into statements. Pure: reads nothing but the text. */
export interface SqlParser {
  /** e.g. `postgres` */
  readonly dialect: string;
  /**
   * All statements of `sql`, in order.
   *
   * @throws {SqlSyntaxError} it does not parse; `at` is the place
   * @throws {SqlLimitError} longer than `maxStatementBytes`, or nested deeper than `maxNesting`
   */
  parse(sql: string): Promise<readonly Statement[]>;
}

/** Longest text that is parsed, in UTF-8 bytes. */
export const maxStatementBytes = 512 * 1024;
/** Deepest nesting of expressions and subqueries. A chain such as `a || b || c` nests once per operator. */
export const maxNesting = 1_000;

/** The text is not SQL of the dialect. */
export class SqlSyntaxError extends BadInputError {
  readonly at: Omit<SourcePosition, "file">;
  constructor(message: string, at: Omit<SourcePosition, "file">, options?: ErrorOptions) {
    super(message, options);
    this.at = at;
  }
}

/** The text is larger or deeper than what is analysed. */
export class SqlLimitError extends BadInputError {}

/** Line and column (from 1, columns in UTF-16 units) of an offset. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  let line = 1;
  for (let i = before.indexOf("\n"); i >= 0; i = before.indexOf("\n", i + 1)) line++;
  return { line, column: offset - lastBreak };
}
