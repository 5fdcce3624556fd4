export { controlMigrations, createStateControlStores } from "./adapters/state/index.ts";
export { type ControlOptions, type ControlRuntime, createControl } from "./create-control.ts";
export { createManagedDatabases } from "./database/managed-databases.ts";
export { shareSources } from "./depot-access.ts";
export { describeResource } from "./describe.ts";
export { disablePolicy } from "./disable-policy.ts";
export { createGrantHistory, type GrantChange, type GrantHistory } from "./grant-changes.ts";
export type {
  DepotScan,
  DepotSources,
  LivePolicies,
  OpenSql,
  ReadSql,
  ScanDepot,
  StackCall,
  StackFault,
  StackRunner,
} from "./needs.ts";
export { createSendHttp } from "./pager/index.ts";
export { createGrantUses, createResourcePolicySource } from "./policy-documents.ts";
export { createResourceObjectSource } from "./resource-object-source.ts";
export { createJobKeys } from "./workflow/job-keys.ts";
export { createCliStack } from "./workflow/stacks/cli.ts";
export { endLeftProcesses } from "./workflow/stacks/left-processes.ts";
export { createProcessStack } from "./workflow/stacks/process.ts";
