import type { AuditEntry, AuditLog, AuditRecord } from "../ports.ts";

/** An audit log that knows whether it can be written. */
export interface WatchedAuditLog extends AuditLog {
  /**
   * Why records cannot be stored, for people; `undefined`: they can.
   * Where the newest one could not, a record that says so is tried: a server that is given no calls would else never find out.
   */
  problem(): Promise<string | undefined>;
}

/** `log`, watched. */
export function watchAudit(log: AuditLog): WatchedAuditLog {
  let problem: string | undefined;
  const append = async (entry: AuditEntry): Promise<AuditRecord> => {
    try {
      const record = await log.append(entry);
      problem = undefined;
      return record;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      throw error;
    }
  };
  return {
    ...log,
    append,
    async problem() {
      if (problem === undefined) return undefined;
      const resumed = { type: "audit.resumed", actor: "server", action: "audit.resume", object: [] };
      await append({ ...resumed, outcome: "success", details: { after: problem } }).catch(() => {});
      return problem;
    },
  };
}
