export { createPolicySafety, type PolicySafety } from "./policy-safety.ts";
export type { PolicyReplay } from "./replay.ts";
export type { ShadowStatus } from "./shadow.ts";
