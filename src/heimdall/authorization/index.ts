export { type Action, actions } from "./actions.ts";
export type { Authorized } from "./authorized.ts";
export { createAuthorizer } from "./authorizer.ts";
export { describeAction } from "./describe-action.ts";
export { createLivePolicies, type LivePolicies } from "./live-policies.ts";
export { createPolicyChecker } from "./policy-checker.ts";
export { listPolicies } from "./policy-list.ts";
