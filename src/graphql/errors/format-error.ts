import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { DataOsError, type ErrorCode, ForbiddenError, formatProblem } from "../../shared/errors.ts";

const maxMessageLength = 1_000;

/** A limit on what an operation may ask for was passed; nothing ran. */
export class LimitError extends GraphQLError {
  constructor(message: string, code: Extract<ErrorCode, "COST_LIMIT" | "BAD_USER_INPUT">) {
    super(message, { extensions: { code, http: { status: 400 } } });
  }
}

/** GraphQL's own refusals of a document, its variables or its transport. */
const requestCodes: ReadonlySet<unknown> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_REQUEST",
  "PERSISTED_QUERY_NOT_SUPPORTED",
]);

/**
 * What a client may see of an error.
 * SECURITY: the message of anything that is not planned may hold connection strings, paths or data; it goes to the log only.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const place = pickPlace(formatted);
  const planned = toPlanned(error);
  if (planned) {
    return {
      message: planned.message,
      ...place,
      extensions: {
        code: planned.code,
        ...(planned instanceof ForbiddenError && planned.decisionId ? { decisionId: planned.decisionId } : {}),
        ...(planned.problems.length > 0 ? { problems: planned.problems.map(formatProblem) } : {}),
      },
    };
  }
  if (isAboutTheRequest(error)) {
    const code = error instanceof LimitError ? error.extensions.code : "BAD_USER_INPUT";
    return { message: formatted.message.slice(0, maxMessageLength), ...place, extensions: { code } };
  }
  return {
    message: "an internal error occurred; the server's log has the rest under this request id",
    ...place,
    extensions: { code: "INTERNAL" },
  };
}

/** What was thrown, where it is hidden from the client and belongs in the log; else `undefined`. */
export function toUnplanned(error: unknown): unknown {
  if (toPlanned(error) || isAboutTheRequest(error)) return undefined;
  return (error instanceof GraphQLError && error.originalError) || error;
}

function toPlanned(error: unknown): DataOsError | undefined {
  const original = error instanceof GraphQLError ? error.originalError : error;
  return original instanceof DataOsError ? original : undefined;
}

/** WHY: such errors arise before execution, so they have no path; one with a path comes from a resolver or a store's data. */
function isAboutTheRequest(error: unknown): error is GraphQLError {
  return (
    error instanceof GraphQLError &&
    error.path === undefined &&
    (error instanceof LimitError || requestCodes.has(error.extensions.code))
  );
}

function pickPlace({ locations, path }: GraphQLFormattedError): Pick<GraphQLFormattedError, "locations" | "path"> {
  return { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
}
