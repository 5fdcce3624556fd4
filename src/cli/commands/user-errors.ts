import type { UserError } from "../../graphql/generated/schema-types.ts";
import { type ErrorCode, errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";

/** @throws {CommandError} one line per error, with the exit code of the first */
export function assertNoUserErrors(errors: readonly UserError[], outcome: string): void {
  const [first] = errors;
  if (!first) return;
  const exit = Object.hasOwn(errorFaces, first.code) ? errorFaces[first.code as ErrorCode].exit : 1;
  const lines = errors.map(({ at, message }) => (at ? `${at}: ${message}` : message));
  if (lines.length === 1) throw new CommandError(lines[0] ?? "", exit);
  throw new CommandError(`${outcome}: ${lines.length} faults`, exit, lines);
}
