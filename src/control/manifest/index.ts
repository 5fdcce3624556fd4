export { parseDurationMs } from "./duration.ts";
export { isName, workspaceNameRule } from "./names.ts";
export { type ParsedManifest, type ParsedManifests, type ParseOptions, parseManifests } from "./parse-manifests.ts";
export { redactedText } from "./secret-values.ts";
export { readStoredSpec } from "./stored-spec.ts";
export { stockComputes } from "./types/compute.ts";
export type { DepotSpec, SecretReference } from "./types/depot.ts";
export { grammars, type SpecOf } from "./types/index.ts";
export {
  isScannerStack,
  parseDepotAddress,
  readDepotName,
  readScannerSpec,
  type ScannerSpec,
} from "./types/scanner.ts";
export {
  type JobSpec,
  parseStack,
  type RetryStrategy,
  type WorkflowSchedule,
  type WorkflowSpec,
} from "./types/workflow.ts";
