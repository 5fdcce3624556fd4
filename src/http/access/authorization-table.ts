import type { Action } from "../../heimdall/ports.ts";

/** Who may call a route, and which decision it asks for. */
export type RouteRule =
  /** Anybody; nothing of the platform's data is in the answer. Not audited. */
  | { readonly access: "anonymous" }
  /** Anybody; a caller with a valid credential is told more. */
  | { readonly access: "optional" }
  /** A caller on this machine, or one with a valid credential. */
  | { readonly access: "local" }
  /** A valid credential; `decidedBy` decides on each part of the call. */
  | { readonly access: "authenticated"; readonly decidedBy: string }
  /** A valid credential and this decision. */
  | { readonly access: "action"; readonly action: Action }
  /** A valid credential and the decision that lets the caller ask, on the same record as the answers. */
  | { readonly access: "asks"; readonly actions: readonly ["decision.ask", "decision.askForOthers"] }
  /** A valid credential and the decision that fits the body. */
  | { readonly access: "either"; readonly actions: readonly [Action, Action, ...Action[]] };

/** Each is a resource or several: found under the list filter of `resource.read`, changed by what `Control` decides inside. */
const governed = { access: "authenticated", decidedBy: "Control and Authorizer, on each resource" } as const;

/** Decided on the type of the objects. */
const registered = { access: "authenticated", decidedBy: "ObjectRegistry, on each type" } as const;

/** Every route of the server. One that is not here stops the server from starting. */
export const routeTable = {
  "POST /graphql": { access: "authenticated", decidedBy: "src/graphql/authorization-table.ts" },
  "GET /graphql": { access: "anonymous" },
  "GET /graphql/assets/:file": { access: "anonymous" },
  "GET /healthz": { access: "anonymous" },
  "GET /readyz": { access: "optional" },
  "GET /metrics": { access: "local" },
  "POST /heimdall/api/v1/authorize": { access: "action", action: "decision.ask" },
  "POST /heimdall/api/v1/authorize/batch": { access: "action", action: "decision.ask" },
  "POST /heimdall/api/v1/authorize/user": { access: "either", actions: ["decision.ask", "decision.askForOthers"] },
  "GET /heimdall/api/v1/policies": governed,
  "POST /heimdall/api/v1/policies": governed,
  "GET /heimdall/api/v1/policies/:name": governed,
  "PUT /heimdall/api/v1/policies/:name": governed,
  "DELETE /heimdall/api/v1/policies/:name": governed,
  "GET /heimdall/api/v2/policies": governed,
  "GET /heimdall/api/v1/atoms": governed,
  "GET /heimdall/api/v1/atoms/:id": governed,
  "GET /heimdall/api/v1/providers": governed,
  "GET /heimdall/api/v1/providers/:id": governed,
  "PUT /heimdall/api/v1/providers/:id": governed,
  "DELETE /heimdall/api/v1/providers/:id": governed,
  "POST /heimdall/api/v1/policy-provider": governed,
  "GET /heimdall/api/v1/use-cases": governed,
  "POST /heimdall/api/v1/use-cases": governed,
  "GET /heimdall/api/v1/use-cases/:id": governed,
  "PUT /heimdall/api/v1/use-cases/:id": governed,
  "DELETE /heimdall/api/v1/use-cases/:id": governed,
  "GET /heimdall/api/v1/grants": governed,
  "POST /heimdall/api/v1/grants": governed,
  "GET /heimdall/api/v1/grants/:id": governed,
  "DELETE /heimdall/api/v1/grants/:id": governed,
  "GET /heimdall/api/v1/grants/:id/changes": governed,
  "DELETE /heimdall/api/v1/grants/:id/tags/:tag": governed,
  "GET /heimdall/api/v1/grants/subjects/:tag": governed,
  "GET /heimdall/api/v1/grant-requests": governed,
  "POST /heimdall/api/v1/grant-requests": governed,
  "GET /heimdall/api/v1/grant-requests/:id": governed,
  "DELETE /heimdall/api/v1/grant-requests/:id": governed,
  "POST /heimdall/api/v1/grant-requests/:id/approve": governed,
  "POST /heimdall/api/v1/grant-requests/:id/reject": governed,
  "GET /heimdall/api/v1/object-types": registered,
  "GET /heimdall/api/v1/object-types/:name": registered,
  "PUT /heimdall/api/v1/object-types/:name": registered,
  "DELETE /heimdall/api/v1/object-types/:name": registered,
  "POST /heimdall/api/v1/objects": registered,
  "POST /heimdall/api/v1/objects/delete": registered,
  "GET /heimdall/api/v1/objects/:type": registered,
  "GET /heimdall/api/v1/objects/:type/:id": registered,
  "DELETE /heimdall/api/v1/objects/:type/:id": registered,
  "GET /heimdall/dp/api/v1/policies": governed,
  "POST /heimdall/dp/api/v1/policies": governed,
  "GET /heimdall/dp/api/v1/policies/:id": governed,
  "PUT /heimdall/dp/api/v1/policies/:id": governed,
  "DELETE /heimdall/dp/api/v1/policies/:id": governed,
  "GET /heimdall/dp/api/v1/policies/dataset/:dataset_id": governed,
  "POST /heimdall/dp/api/v1/policies/decision": {
    access: "either",
    actions: ["decision.ask", "decision.askForOthers"],
  },
  "GET /heimdall/dp/api/v1/policies/decision/:depot/:collection/:dataset": {
    access: "either",
    actions: ["decision.ask", "decision.askForOthers"],
  },
  "POST /heimdall/dp/api/v1/policies/decisionExternalTruth": {
    access: "either",
    actions: ["decision.ask", "decision.askForOthers"],
  },
  "GET /.well-known/authzen-configuration": { access: "anonymous" },
  "POST /access/v1/evaluation": { access: "asks", actions: ["decision.ask", "decision.askForOthers"] },
  "POST /access/v1/evaluations": { access: "asks", actions: ["decision.ask", "decision.askForOthers"] },
  "POST /access/v1/search/subject": { access: "either", actions: ["decision.ask", "decision.askForOthers"] },
  "POST /access/v1/search/resource": { access: "either", actions: ["decision.ask", "decision.askForOthers"] },
  "POST /access/v1/search/action": { access: "either", actions: ["decision.ask", "decision.askForOthers"] },
  "GET /audit/export": { access: "action", action: "audit.read" },
} as const satisfies Readonly<Record<`${"GET" | "POST" | "PUT" | "DELETE"} /${string}`, RouteRule>>;

/** `METHOD /path` of a route in the table. */
export type RouteKey = keyof typeof routeTable;

/** Routes that answer questions of other services; these may be answered without going through the router. */
export type AskingRoute = {
  [K in RouteKey]: (typeof routeTable)[K] extends { readonly access: "asks" } ? K : never;
}[RouteKey];

/** The methods that a path answers to; empty where there is no such path. */
export function methodsOf(path: string): readonly string[] {
  return Object.keys(routeTable).flatMap((key) => {
    const [method = "", route] = key.split(" ");
    return route === path ? [method] : [];
  });
}
