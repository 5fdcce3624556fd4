export { createAuthorizer } from "./authorizer.ts";
export { joinSources } from "./join-sources.ts";
export { createLivePolicies, type LivePolicies } from "./live-policies.ts";
export { createPolicyChecker } from "./policy-checker.ts";
export { listPolicies } from "./policy-list.ts";
export { rememberObjects } from "./remember-objects.ts";
