/**
 * Every action of the platform: the predicate that policies speak of, and the `dataos:type:*` tag of what it acts on.
 * Routes and GraphQL fields name one of these in their authorization tables.
 */
export const actions = {
  "self.read": { predicate: "read", objectType: "self" },
  "resource.read": { predicate: "read", objectType: "resource" },
  "resource.create": { predicate: "create", objectType: "resource" },
  "resource.update": { predicate: "update", objectType: "resource" },
  "resource.delete": { predicate: "delete", objectType: "resource" },
  "workflow.run": { predicate: "run", objectType: "resource" },
  "run.read": { predicate: "read", objectType: "resource" },
  "log.read": { predicate: "read", objectType: "resource" },
  "workspace.read": { predicate: "read", objectType: "workspace" },
  "workspace.create": { predicate: "create", objectType: "workspace" },
  "workspace.delete": { predicate: "delete", objectType: "workspace" },
  "entity.read": { predicate: "read", objectType: "entity" },
  "entity.update": { predicate: "update", objectType: "entity" },
  "entity.trace": { predicate: "trace", objectType: "entity" },
  "scan.approve": { predicate: "approve", objectType: "entity" },
  "policy.read": { predicate: "read", objectType: "policy" },
  "policy.replay": { predicate: "replay", objectType: "policy" },
  "policy.shadow": { predicate: "shadow", objectType: "policy" },
  "grant.request": { predicate: "request", objectType: "resource" },
  "grant.approve": { predicate: "approve", objectType: "resource" },
  "grant.read": { predicate: "read", objectType: "grant" },
  "decision.ask": { predicate: "ask", objectType: "decision" },
  "decision.askForOthers": { predicate: "ask_for_others", objectType: "decision" },
  "user.read": { predicate: "read", objectType: "user" },
  "user.update": { predicate: "update", objectType: "user" },
  "apikey.read": { predicate: "read", objectType: "apikey" },
  "apikey.create": { predicate: "create", objectType: "apikey" },
  "apikey.revoke": { predicate: "delete", objectType: "apikey" },
  "audit.read": { predicate: "read", objectType: "audit" },
  "audit.verify": { predicate: "verify", objectType: "audit" },
  "projection.rebuild": { predicate: "rebuild", objectType: "projection" },
} as const satisfies Record<string, { readonly predicate: string; readonly objectType: string }>;

export type Action = keyof typeof actions;
