import type { UserError } from "../../graphql/generated/schema-types.ts";
import { type ErrorCode, errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import { type SourceText, toExcerpt } from "../output/source-excerpt.ts";

export interface ErrorNotes {
  /** what may be done about an error, by its code */
  readonly hints?: { readonly [code in ErrorCode]?: string };
  /** the texts that places in the errors are about; the lines are shown */
  readonly sources?: readonly SourceText[];
}

/**
 * @param outcome what is said ahead of several errors, e.g. `nothing was applied`
 * @throws {CommandError} a line per error and its place below it, with the exit code of the first
 */
export function assertNoUserErrors(
  errors: readonly UserError[],
  outcome: string,
  { hints = {}, sources = [] }: ErrorNotes = {},
): void {
  const [first] = errors;
  if (!first) return;
  const code = Object.hasOwn(errorFaces, first.code) ? (first.code as ErrorCode) : "INTERNAL";
  const hint = hints[code] === undefined ? [] : [hints[code]];
  const { exit } = errorFaces[code];
  const told = errors.map(({ at, message }) => ({
    line: at ? `${at}: ${message}` : message,
    excerpt: at ? toExcerpt(sources, at).map((line) => `  ${line}`) : [],
  }));
  const [one] = told;
  if (one && told.length === 1) throw new CommandError(one.line, exit, [...one.excerpt, ...hint]);
  const lines = told.flatMap(({ line, excerpt }) => [line, ...excerpt]);
  throw new CommandError(`${outcome}: ${errors.length} faults`, exit, [...lines, ...hint]);
}
