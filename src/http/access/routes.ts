import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { Action, Authorized, Authorizer, CallContext } from "../../heimdall/ports.ts";
import { assertNever } from "../../shared/brand.ts";
import type { Asking } from "./asking.ts";
import type { Authenticator } from "./authenticate.ts";
import { type RouteKey, type RouteRule, routeTable } from "./authorization-table.ts";
import { isLocal } from "./local.ts";

type Answer = unknown;
type Choice<A extends Action> = {
  [K in A]: { readonly action: K; run(auth: Authorized<K>): Promise<Answer> | Answer };
}[A];

/** What the author of a route writes, by how the table says that it is reached. */
type HandlerOf<Rule> = Rule extends { readonly access: "anonymous" | "local" }
  ? (request: FastifyRequest, reply: FastifyReply) => Promise<Answer> | Answer
  : Rule extends { readonly access: "optional" }
    ? (call: CallContext | undefined, request: FastifyRequest, reply: FastifyReply) => Promise<Answer> | Answer
    : Rule extends { readonly access: "authenticated" }
      ? (call: CallContext, request: FastifyRequest, reply: FastifyReply) => Promise<Answer> | Answer
      : Rule extends { readonly access: "action"; readonly action: infer A extends Action }
        ? (
            auth: Authorized<A>,
            call: CallContext,
            request: FastifyRequest,
            reply: FastifyReply,
          ) => Promise<Answer> | Answer
        : Rule extends { readonly access: "asks" }
          ? (call: CallContext, body: unknown) => Asking | Promise<Asking>
          : Rule extends { readonly access: "either"; readonly actions: readonly (infer A extends Action)[] }
            ? (call: CallContext, request: FastifyRequest, reply: FastifyReply) => Choice<A>
            : never;

/** Adds routes that are reached only as the table says. */
export type AddRoute = <K extends RouteKey>(
  key: K,
  handler: HandlerOf<(typeof routeTable)[K]>,
  options?: Pick<RouteOptions, "bodyLimit" | "handlerTimeout">,
) => void;

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route's entry in the authorization table. */
    readonly rule?: RouteRule;
  }
}

/**
 * Makes `app` refuse routes that are not in the authorization table, and returns the one way to add those that are.
 * The credential is checked before the body is read; the decision is on record before the handler runs.
 */
export function guardRoutes(app: FastifyInstance, authenticator: Authenticator, authorizer: Authorizer): AddRoute {
  const calls = new WeakMap<FastifyRequest, CallContext>();

  app.addHook("onRoute", (route) => {
    const key = `${String(route.method)} ${route.url}`;
    const rule: RouteRule | undefined = Object.hasOwn(routeTable, key) ? routeTable[key as RouteKey] : undefined;
    if (!rule) throw new TypeError(`the route \`${key}\` is missing from the authorization table`);
    if (route.config?.rule !== rule) throw new TypeError(`the route \`${key}\` was not added through its guard`);
  });

  app.addHook("onRequest", async (request) => {
    await authenticator.checkUrl(request);
    const { rule } = request.routeOptions.config;
    // the answer to an unknown path is made without a handler of ours
    if (!rule || rule.access === "anonymous" || (rule.access === "local" && isLocal(request))) return;
    const call =
      rule.access === "optional"
        ? await authenticator.authenticateIfShown(request)
        : await authenticator.authenticate(request);
    if (call) calls.set(request, call);
  });

  function callOf(request: FastifyRequest): CallContext {
    const call = calls.get(request);
    if (!call) throw new TypeError("a guarded route was reached without a caller");
    return call;
  }

  async function perform(
    rule: RouteRule,
    handler: (...given: unknown[]) => unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    switch (rule.access) {
      case "anonymous":
      case "local":
        return handler(request, reply);
      case "optional":
        return handler(calls.get(request), request, reply);
      case "authenticated":
        return handler(callOf(request), request, reply);
      case "action": {
        const call = callOf(request);
        return handler(await authorizer.authorize(call, rule.action), call, request, reply);
      }
      case "asks": {
        const call = callOf(request);
        const { action, questions, stopAt, toJson } = (await handler(call, request.body)) as Asking;
        reply.type("application/json; charset=utf-8");
        return toJson(await authorizer.answer(call, action, questions, stopAt));
      }
      case "either": {
        const call = callOf(request);
        const choice = handler(call, request, reply) as { readonly action: Action; run(auth: Authorized): unknown };
        if (!rule.actions.includes(choice.action)) throw new TypeError(`the table does not list \`${choice.action}\``);
        return choice.run(await authorizer.authorize(call, choice.action));
      }
      default:
        return assertNever(rule);
    }
  }

  return (key, handler, options = {}) => {
    const rule: RouteRule = routeTable[key];
    const [method = "", url = ""] = key.split(" ");
    app.route({
      ...options,
      method,
      url,
      config: { rule },
      handler: (request, reply) => perform(rule, handler as (...given: unknown[]) => unknown, request, reply),
    });
  };
}
