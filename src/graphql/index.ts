export { createContext, type GraphqlContext, type GraphqlServices } from "./context.ts";
export { explainDecision } from "./explain-decision.ts";
export { describeUser } from "./objects.ts";
export { type CursorSeal, createCursorSeal } from "./paging/cursor-seal.ts";
export type { LivePolicy, LivePolicyRule, PolicyLister } from "./policy-lister.ts";
export { createSchema } from "./schema.ts";
export { createGraphqlServer } from "./server.ts";
export { toSubject } from "./subjects.ts";
