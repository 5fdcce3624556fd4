export { loadBuiltInPolicies } from "./built-in-policies.ts";
export { createCheckpointFile } from "./checkpoint-file.ts";
