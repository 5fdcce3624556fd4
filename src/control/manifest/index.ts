export { resourceTypes, workspaceTypes } from "../ports.ts";
export { readBundleMembers } from "./bundle-members.ts";
export { parseDurationMs } from "./duration.ts";
export { toJsonSchema } from "./json-schema.ts";
export { parseMemoryBytes } from "./memory.ts";
export { isName, workspaceNameRule } from "./names.ts";
export { type ParsedManifest, parseManifests } from "./parse-manifests.ts";
export { runAsUsersOf } from "./run-as.ts";
export { redactedText } from "./secret-values.ts";
export { readStoredSpec } from "./stored-spec.ts";
export { stockComputes } from "./types/compute.ts";
export type { DepotSpec } from "./types/depot.ts";
export { type SpecOf, versionsOf } from "./types/index.ts";
export { parseStack, type Runnable, type SecretUse, type VolumeUse } from "./types/runnable.ts";
export { noScan, readDepotName, readOtherScan, readScannerSpec } from "./types/scanner.ts";
export type {
  JobSpec,
  RetryStrategy,
  WorkflowSpec,
} from "./types/workflow.ts";
