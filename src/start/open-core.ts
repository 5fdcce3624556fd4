import { join } from "node:path";
import { controlMigrations } from "../control/index.ts";
import { openVault, secretMigrations, type Vault } from "../control/secrets/index.ts";
import { createCheckpointFile } from "../heimdall/adapters/file/index.ts";
import {
  type AuditKeySealer,
  auditMigrations,
  createStateAuditLog,
  identityMigrations,
  objectMigrations,
  shadowMigrations,
} from "../heimdall/adapters/state/index.ts";
import { watchAudit } from "../heimdall/audit/index.ts";
import { metisMigrations } from "../metis/adapters/state/index.ts";
import { systemClock } from "../shared/clock.ts";
import type { Config } from "../shared/config.ts";
import { createIdSource } from "../shared/ids.ts";
import type { Logger } from "../shared/logger.ts";
import { openState } from "../state/index.ts";

/** The state store, and the log of what is done to it. @param stops gets what to undo */
export async function openCore(config: Config, logger: Logger, stops: (() => Promise<void>)[]) {
  const clock = systemClock;
  const state = await openState(config.stateUrl, { logger, clock });
  stops.push(() => state.close());
  await state.migrate([
    ...identityMigrations,
    ...objectMigrations,
    ...auditMigrations,
    ...shadowMigrations,
    ...secretMigrations,
    ...metisMigrations,
    ...controlMigrations,
  ]);

  const vault = await openVault(state, config);
  const audit = watchAudit(
    await createStateAuditLog(state, {
      logger,
      clock,
      ids: createIdSource(clock),
      sealer: createSealer(vault),
      witness: createCheckpointFile(join(config.dataDir, "audit-checkpoint.json")),
      journal: join(config.dataDir, "audit-journal"),
    }),
  );
  stops.push(() => audit.close());
  return { state, vault, audit };
}

function createSealer(vault: Vault): AuditKeySealer {
  const placeOf = (name: string) => ({ workspace: undefined, kind: "audit-key", name, version: 1, field: "private" });
  return {
    seal: (name, plain) => vault.seal(placeOf(name), plain),
    open: (name, sealed) => vault.open(placeOf(name), sealed),
  };
}
