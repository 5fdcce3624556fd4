import { ApolloServer } from "@apollo/server";
import type { Logger } from "../shared/logger.ts";
import type { GraphqlContext } from "./context.ts";
import { createErrorsPlugin } from "./errors/errors-plugin.ts";
import { formatError } from "./errors/format-error.ts";
import { maxTokens } from "./limits/document-limits.ts";
import { createLimitsPlugin } from "./limits/limits-plugin.ts";
import { createSchema } from "./schema.ts";

/**
 * The GraphQL engine, without a transport; `start` it before use.
 * @param sdl the text of `schema.graphql`
 */
export function createGraphqlServer(sdl: string, log: Logger): ApolloServer<GraphqlContext> {
  return new ApolloServer<GraphqlContext>({
    schema: createSchema(sdl),
    // SECURITY: only authenticated callers get here, and introspection is decided like any field
    introspection: true,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    validationOptions: { maxErrors: 10 },
    parseOptions: { maxTokens },
    formatError,
    stopOnTerminationSignals: false,
    plugins: [createLimitsPlugin(), createErrorsPlugin(), deadlinePlugin],
    logger: {
      debug: (message) => log.debug({}, String(message)),
      info: (message) => log.info({}, String(message)),
      warn: (message) => log.warn({}, String(message)),
      error: (message) => log.error({}, String(message)),
    },
  });
}

const deadlinePlugin = {
  async requestDidStart() {
    return {
      async willSendResponse({ contextValue }: { readonly contextValue: GraphqlContext }) {
        contextValue.deadline.end();
      },
    };
  },
};
