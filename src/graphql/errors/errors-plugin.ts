import type { ApolloServerPlugin } from "@apollo/server";
import { errorFaces } from "../../shared/errors.ts";
import type { GraphqlContext } from "../context.ts";
import { toUnplanned } from "./format-error.ts";

/** Failures of an engine, not of the call. */
const engineCodes = ["AUDIT_UNAVAILABLE", "STORAGE_FULL", "UNAVAILABLE"] as const;
const retryAfterSeconds = "2";

/**
 * Logs what clients may not see, puts the request id on every error, and withholds an answer that could not be audited.
 * Where an engine's failure leaves nothing of an answer, the HTTP status says so too: proxies and monitors look at nothing else.
 */
export function createErrorsPlugin(): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async didEncounterErrors({ errors, contextValue, operationName }) {
          for (const error of errors) {
            const unplanned = toUnplanned(error);
            if (unplanned !== undefined) {
              contextValue.log.error(
                { error: unplanned, path: error.path, operationName },
                "a field failed unexpectedly",
              );
            }
          }
        },
        async willSendResponse({ response, contextValue }) {
          if (response.body.kind !== "single") return;
          const { singleResult } = response.body;
          const { errors } = singleResult;
          if (!errors) return;
          const { requestId } = contextValue.call;
          singleResult.errors = errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
          if (errors.some(({ extensions }) => extensions?.code === "AUDIT_UNAVAILABLE")) {
            // SECURITY: a call whose decision is not on record is not answered, its other fields included
            singleResult.data = null;
          }
          if (singleResult.data) return;
          const failed = engineCodes.find((code) => errors.some(({ extensions }) => extensions?.code === code));
          if (failed === undefined) return;
          response.http.status = errorFaces[failed].http;
          if (response.http.status === 503) response.http.headers.set("retry-after", retryAfterSeconds);
        },
      };
    },
  };
}
