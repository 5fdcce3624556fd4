import type { UserError } from "../../graphql/generated/schema-types.ts";
import { type ErrorCode, errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";

/**
 * @param outcome what is said ahead of several errors, e.g. `nothing was applied`
 * @param hints what may be done about an error, by its code
 * @throws {CommandError} one line per error, with the exit code of the first
 */
export function assertNoUserErrors(
  errors: readonly UserError[],
  outcome: string,
  hints: { readonly [code in ErrorCode]?: string } = {},
): void {
  const [first] = errors;
  if (!first) return;
  const code = Object.hasOwn(errorFaces, first.code) ? (first.code as ErrorCode) : "INTERNAL";
  const lines = errors.map(({ at, message }) => (at ? `${at}: ${message}` : message));
  const hint = hints[code] === undefined ? [] : [hints[code]];
  const { exit } = errorFaces[code];
  if (lines.length === 1) throw new CommandError(lines[0] ?? "", exit, hint);
  throw new CommandError(`${outcome}: ${lines.length} faults`, exit, [...lines, ...hint]);
}
