import { auditMigrations, createStateAuditLog } from "../../src/heimdall/adapters/state/index.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { plainSealer } from "../support/audit.ts";
import { createManualClock } from "../support/clock.ts";
import { describeOnStateEngines } from "../support/state.ts";
import { auditLogContract } from "./audit-log.contract.ts";

describeOnStateEngines("audit log", (openState) => {
  auditLogContract(async () => {
    const clock = createManualClock();
    const state = await openState(clock);
    await state.migrate(auditMigrations);
    const ids = createIdSource(clock);
    const open = () => createStateAuditLog(state, { logger: silentLogger, clock, ids, sealer: plainSealer });
    return { clock, open };
  });
});
