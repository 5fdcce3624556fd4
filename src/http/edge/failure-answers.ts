import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { NotFoundError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import { methodsOf } from "../access/authorization-table.ts";
import { toErrorBody, toGraphqlErrorBody, toHttpFailure } from "../errors.ts";

/** Answers failures in the form that the route's clients read; what was not planned is logged and masked. */
export function addFailureAnswers(app: FastifyInstance, log: Logger): void {
  function answer(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const failure = toHttpFailure(error);
    const route = request.routeOptions.url;
    if (failure.unplanned) log.error({ error, requestId: request.id, route }, "a call failed unexpectedly");
    const body = route === "/graphql" ? toGraphqlErrorBody(failure, request.id) : toErrorBody(failure, request.id);
    return reply
      .code(failure.status)
      .headers(failure.headers)
      .type("application/json; charset=utf-8")
      .send(JSON.stringify(body));
  }

  app.setErrorHandler(answer);
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(request.url.split("?", 1)[0] ?? "");
    if (methods.length === 0) return answer(new NotFoundError("no such address"), request, reply);
    const message = `this address answers to ${methods.join(", ")}`;
    return reply
      .code(405)
      .header("allow", methods.join(", "))
      .send({ error: { code: "BAD_USER_INPUT", message, requestId: request.id } });
  });
}
