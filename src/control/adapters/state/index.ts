import type { Clock } from "../../../shared/clock.ts";
import type { IdSource } from "../../../shared/ids.ts";
import type { StateDb } from "../../../state/index.ts";
import type { ControlStores } from "../../stores.ts";
import { createStateBundleStore } from "./bundle-store.ts";
import { createStateDeliveryStore } from "./delivery-store.ts";
import { createStateGrantStore } from "./grant-store.ts";
import { createStateIncidentStore } from "./incident-store.ts";
import { createStateLeaseStore } from "./lease-store.ts";
import { createStateLogStore } from "./log-store.ts";
import { createStatePolicyHistory } from "./policy-history-store.ts";
import { createStateReplicaStore } from "./replica-store.ts";
import { createStateResourceStore } from "./resource-store.ts";
import { createStateRunStore } from "./run-store.ts";
import { createStateWorkspaceStore } from "./workspace-store.ts";

export { controlMigrations } from "./migrations.ts";

/** Everything Control keeps, on one state store that has `controlMigrations`. */
export function createStateControlStores(
  state: StateDb,
  options: { readonly clock: Clock; readonly ids: IdSource },
): ControlStores {
  return {
    resources: createStateResourceStore(state, options),
    workspaces: createStateWorkspaceStore(state, options),
    runs: createStateRunStore(state, options),
    logs: createStateLogStore(state, options),
    grants: createStateGrantStore(state, options),
    bundles: createStateBundleStore(state),
    policyHistory: createStatePolicyHistory(state),
    replicas: createStateReplicaStore(state, options),
    leases: createStateLeaseStore(state, options),
    incidents: createStateIncidentStore(state, options),
    deliveries: createStateDeliveryStore(state, options),
  };
}
