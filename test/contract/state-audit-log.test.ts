import { auditMigrations, createStateAuditLog } from "../../src/heimdall/adapters/state/index.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { plainSealer } from "../support/audit.ts";
import { createManualClock } from "../support/clock.ts";
import { describeOnStateEngines } from "../support/state.ts";
import { auditLogContract } from "./audit-log.contract.ts";

for (const [title, journaled] of [
  ["audit log", false],
  ["audit log behind a journal", true],
] as const) {
  describeOnStateEngines(title, (openState) => {
    auditLogContract(async () => {
      const clock = createManualClock();
      const state = await openState(clock);
      await state.migrate(auditMigrations);
      const ids = createIdSource(clock);
      const options = { logger: silentLogger, clock, ids, sealer: plainSealer };
      const journal = journaled && state.file !== undefined ? { journal: `${state.file}.audit` } : {};
      return { clock, open: () => createStateAuditLog(state, { ...options, ...journal }) };
    });
  });
}
