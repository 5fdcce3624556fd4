import type { FastifyError } from "fastify";
import { DataOsError, type ErrorCode, errorFaces, ForbiddenError, formatProblem } from "../shared/errors.ts";

/** Too many failed logins from one place. */
export class RateLimitedError extends DataOsError {
  override readonly code = "RATE_LIMITED";
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super(`too many failed logins from your address; try again in ${retryAfterSeconds} s`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A failure as an HTTP answer shows it. */
export interface HttpFailure {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly decisionId: string | undefined;
  /** whether it was not planned, so that it belongs in the log */
  readonly unplanned: boolean;
}

const retryAfterSeconds = 2;
const nothing = { headers: {}, problems: [], decisionId: undefined, unplanned: false };

/** SECURITY: what is not planned becomes `INTERNAL` without its message. */
export function toHttpFailure(error: unknown): HttpFailure {
  if (error instanceof DataOsError) return fromPlanned(error);
  const { statusCode, code } = toFastify(error);
  if (code === "FST_ERR_HANDLER_TIMEOUT") {
    return {
      ...nothing,
      status: 504,
      code: "DEADLINE_EXCEEDED",
      message: "the call took too long; ask for less at once, and read before you repeat a change",
    };
  }
  const text = statusCode === undefined ? undefined : transportMessages.get(statusCode);
  if (statusCode !== undefined && text) {
    return {
      ...nothing,
      status: statusCode,
      code: statusCode === 413 ? "PAYLOAD_TOO_LARGE" : "BAD_USER_INPUT",
      message: text,
    };
  }
  return {
    ...nothing,
    status: 500,
    code: "INTERNAL",
    message: "an internal error occurred; the server's log has the rest under this request id",
    unplanned: true,
  };
}

/** Said of a body that is not what its headers say. */
export const unreadableBody = "the body is not JSON, or is not as long as `Content-Length` says";

/** Refusals of the transport, whose own messages may repeat what was sent. */
const transportMessages: ReadonlyMap<number, string> = new Map([
  [400, unreadableBody],
  [408, "the request did not arrive in time"],
  [413, "the body is too large"],
  [415, "the body must be JSON: send `Content-Type: application/json` and no `Content-Encoding`"],
]);

function fromPlanned(error: DataOsError): HttpFailure {
  const status = errorFaces[error.code].http;
  const wait =
    error instanceof RateLimitedError ? error.retryAfterSeconds : status === 503 ? retryAfterSeconds : undefined;
  return {
    status,
    code: error.code,
    message: error.message,
    headers: {
      ...(wait === undefined ? {} : { "retry-after": String(wait) }),
      ...(status === 401 ? { "www-authenticate": 'Bearer realm="dataos"' } : {}),
    },
    problems: error.problems.map(formatProblem),
    decisionId: error instanceof ForbiddenError ? error.decisionId : undefined,
    unplanned: false,
  };
}

function toFastify(error: unknown): Pick<Partial<FastifyError>, "statusCode" | "code"> {
  return error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("FST_")
    ? (error as FastifyError)
    : {};
}

/** The body of a REST failure. */
export function toErrorBody({ code, message, problems, decisionId }: HttpFailure, requestId: string) {
  return {
    error: {
      code,
      message,
      requestId,
      ...(problems.length > 0 ? { problems } : {}),
      ...(decisionId === undefined ? {} : { decisionId }),
    },
  };
}

/** The same as a GraphQL client reads it. */
export function toGraphqlErrorBody(failure: HttpFailure, requestId: string) {
  const { message, ...extensions } = toErrorBody(failure, requestId).error;
  return { errors: [{ message, extensions }] };
}
