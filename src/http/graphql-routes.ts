import type { ApolloServer } from "@apollo/server";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import type { FastifyRequest } from "fastify";
import { type CursorSeal, createContext, type GraphqlContext, type GraphqlServices } from "../graphql/index.ts";
import type { CallContext } from "../heimdall/ports.ts";
import type { Clock } from "../shared/clock.ts";
import { BadInputError } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import type { AddRoute } from "./access/routes.ts";
import { readAsset } from "./graphiql/assets.ts";
import { pageHtml, pageSecurityPolicy } from "./graphiql/page.ts";

/** A manifest of 1 MiB with the quotes that JSON adds. */
const maxBodyBytes = 2 * 1024 * 1024;

/** `POST /graphql`: the API. `GET /graphql`: a page to try it, which loads nothing from elsewhere. */
export function addGraphqlRoutes(
  addRoute: AddRoute,
  apollo: ApolloServer<GraphqlContext>,
  services: GraphqlServices,
  parts: { readonly cursors: CursorSeal; readonly clock: Clock; readonly log: Logger },
): void {
  const calls = new WeakMap<FastifyRequest, CallContext>();
  const answer = fastifyApolloHandler<GraphqlContext>(apollo, {
    context: async (request) => {
      const call = calls.get(request as FastifyRequest);
      if (!call) throw new TypeError("an operation was reached without a caller");
      return createContext(call, services, parts);
    },
  });

  addRoute(
    "POST /graphql",
    (call, request, reply) => {
      calls.set(request, call);
      return (answer as (request: FastifyRequest, reply: unknown) => unknown)(request, reply);
    },
    { bodyLimit: maxBodyBytes },
  );

  addRoute("GET /graphql", (request, reply) => {
    if (Object.keys(request.query ?? {}).length > 0) {
      throw new BadInputError("operations are sent by POST; GET shows the page");
    }
    return reply.header("content-security-policy", pageSecurityPolicy).type("text/html; charset=utf-8").send(pageHtml);
  });

  addRoute("GET /graphql/assets/:file", async (request, reply) => {
    const { type, body } = await readAsset((request.params as { readonly file: string }).file);
    return reply.header("cache-control", "public, max-age=3600").type(type).send(body);
  });
}
