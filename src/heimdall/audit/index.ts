export { canonicalJson } from "./canonical-json.ts";
export {
  type Checkpoint,
  fingerprint,
  type Heads,
  hashCheckpoint,
  signCheckpoint,
} from "./checkpoints.ts";
export { type ExportLine, formatExportLine, formatPublicKey, verifyAuditExport } from "./export.ts";
export { merkleRoot } from "./merkle-tree.ts";
export { changeBegun, recordChange } from "./record-change.ts";
export {
  type ChainHead,
  chainStarted,
  emptyChain,
  hashRecord,
  type SealedRecord,
  sealRecord,
  sha256,
} from "./records.ts";
export { type AuditVerifier, createVerifier } from "./verifier.ts";
export { type WatchedAuditLog, watchAudit } from "./watch-audit.ts";
