export type { CheckpointWitness } from "./audit-checkpoints.ts";
export type { AuditKeySealer } from "./audit-keys.ts";
export { type AuditLogOptions, createStateAuditLog } from "./audit-log.ts";
export { auditMigrations } from "./audit-tables.ts";
export { createStateIdentityStore } from "./identity-store.ts";
export { identityMigrations } from "./identity-tables.ts";
export { createStateObjectDirectory } from "./object-directory.ts";
export { objectMigrations } from "./object-tables.ts";
export { createStateShadowStore, shadowMigrations } from "./shadow-store.ts";
