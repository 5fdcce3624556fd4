import { DataOsError, type ErrorCode, ForbiddenError, type Problem } from "../../shared/errors.ts";
import type { UserError } from "../generated/schema-types.ts";

const expected: ReadonlySet<ErrorCode> = new Set(["BAD_USER_INPUT", "FORBIDDEN", "NOT_FOUND", "CONFLICT"]);

/** The failure as a payload shows it, one entry per fault; `undefined` for a failure that is not the caller's to mend. */
export function toUserErrors(error: unknown): readonly UserError[] | undefined {
  if (!(error instanceof DataOsError) || !expected.has(error.code)) return undefined;
  const { code } = error;
  const decisionId = error instanceof ForbiddenError ? (error.decisionId ?? null) : null;
  if (error.problems.length === 0) return [{ at: null, field: null, message: error.message, code, decisionId }];
  return error.problems.map((problem) => ({
    at: formatPlace(problem),
    field: problem.field ?? null,
    message: problem.message,
    code,
    decisionId,
  }));
}

/** `file:line:col`; null where no place is known. */
export function formatPlace({ at }: Pick<Problem, "at">): string | null {
  return at ? `${at.file}:${at.line}:${at.column}` : null;
}
