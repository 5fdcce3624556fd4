/** Place in a text that a user wrote; `line` and `column` start at 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One fault: what is wrong, what was expected, how to mend it, in one line. `field` is a dotted path where there is one. */
export interface Problem {
  readonly message: string;
  readonly at?: SourcePosition;
  readonly field?: string;
}

/**
 * Every code with its faces. `http` is the REST status, `exit` the CLI's exit code.
 * What is not listed here reaches clients as `INTERNAL` with a request id and nothing else.
 */
export const errorFaces = {
  BAD_USER_INPUT: { http: 400, exit: 2 },
  UNAUTHENTICATED: { http: 401, exit: 3 },
  FORBIDDEN: { http: 403, exit: 4 },
  NOT_FOUND: { http: 404, exit: 5 },
  CONFLICT: { http: 409, exit: 6 },
  STALE: { http: 409, exit: 6 },
  PAYLOAD_TOO_LARGE: { http: 413, exit: 2 },
  COST_LIMIT: { http: 400, exit: 2 },
  RATE_LIMITED: { http: 429, exit: 7 },
  DEADLINE_EXCEEDED: { http: 504, exit: 7 },
  UNAVAILABLE: { http: 503, exit: 7 },
  STORAGE_FULL: { http: 507, exit: 7 },
  AUDIT_UNAVAILABLE: { http: 503, exit: 7 },
  INTERNAL: { http: 500, exit: 1 },
} as const satisfies Record<string, { http: number; exit: number }>;

export type ErrorCode = keyof typeof errorFaces;

/** Base of all planned errors: `message` may be shown to the user who made the call. */
export abstract class DataOsError extends Error {
  abstract readonly code: ErrorCode;
  /** Faults by place, where there are several or a place is known. */
  readonly problems: readonly Problem[];

  constructor(message: string, options?: ErrorOptions & { readonly problems?: readonly Problem[] }) {
    super(message, options);
    this.name = new.target.name;
    this.problems = options?.problems ?? [];
  }
}

/** The user's input is wrong; `problems` lists every fault, sorted by place. */
export class BadInputError extends DataOsError {
  override readonly code = "BAD_USER_INPUT";
}
/** No or no valid credential. The message is the same for every cause. */
export class UnauthenticatedError extends DataOsError {
  override readonly code = "UNAUTHENTICATED";
  constructor(
    message = "a valid API key or token is needed: send it as `apikey:` or `Authorization: Bearer`",
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
/** The decision was deny. */
export class ForbiddenError extends DataOsError {
  override readonly code = "FORBIDDEN";
  readonly decisionId: string | undefined;
  constructor(
    message: string,
    decisionId?: string,
    options?: ErrorOptions & { readonly problems?: readonly Problem[] },
  ) {
    super(message, options);
    this.decisionId = decisionId;
  }
}
/** It does not exist, or the caller may not know that it does. */
export class NotFoundError extends DataOsError {
  override readonly code = "NOT_FOUND";
}
/** Somebody else changed it, or it is in use. */
export class ConflictError extends DataOsError {
  override readonly code = "CONFLICT";
}
/** A read asked for a sequence number that is not reached yet. */
export class StaleError extends DataOsError {
  override readonly code = "STALE";
}
export class PayloadTooLargeError extends DataOsError {
  override readonly code = "PAYLOAD_TOO_LARGE";
}
export class DeadlineExceededError extends DataOsError {
  override readonly code = "DEADLINE_EXCEEDED";
}
/** An engine or a source does not answer; the call may be tried again. */
export class UnavailableError extends DataOsError {
  override readonly code = "UNAVAILABLE";
}
/** The disk or a quota is full; nothing of the call was kept. */
export class StorageFullError extends DataOsError {
  override readonly code = "STORAGE_FULL";
}
/** The audit record could not be stored, so the call was refused. */
export class AuditUnavailableError extends DataOsError {
  override readonly code = "AUDIT_UNAVAILABLE";
}

/** `file:line:col: message`, or the bare message where no place is known. */
export function formatProblem(problem: Problem): string {
  const { at, message } = problem;
  return at ? `${at.file}:${at.line}:${at.column}: ${message}` : message;
}

/** Order by file, line, column; faults without a place last. */
export function sortProblems<P extends Problem>(problems: readonly P[]): P[] {
  return [...problems].sort((a, b) => {
    if (!a.at || !b.at) return Number(!a.at) - Number(!b.at);
    return a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.line - b.at.line || a.at.column - b.at.column;
  });
}
