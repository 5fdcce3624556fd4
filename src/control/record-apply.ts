import { changeBegun } from "../heimdall/audit/index.ts";
import type { AuditEntry, AuditLog, CallContext } from "../heimdall/ports.ts";
import { DataOsError } from "../shared/errors.ts";
import { resourceUrn } from "./describe.ts";
import type { ResourceChange } from "./stores.ts";

/** What an apply does to one resource. */
export interface AppliedChange {
  readonly change: Pick<ResourceChange, "uid" | "ref" | "specHash">;
  readonly outcome: keyof typeof actionOf;
  /** more for the record */
  readonly details?: Readonly<Record<string, unknown>>;
}

const actionOf = { created: "resource.create", updated: "resource.update", deleted: "resource.delete" } as const;

/** most resources on one record of what is about to be done */
const perRecord = 100;

/**
 * Makes the changes of an apply, all named on record before and each recorded for itself after.
 * @throws {AuditUnavailableError} before: nothing was changed; after: the changes were made, and are on record as begun
 */
export async function recordApply(
  audit: Pick<AuditLog, "append">,
  call: CallContext,
  changes: readonly AppliedChange[],
  write: () => Promise<void>,
): Promise<void> {
  const common = {
    actor: call.subject.id,
    requestId: call.requestId,
    ...(call.ip === undefined ? {} : { ip: call.ip }),
  };
  const parts: (Omit<AuditEntry, "type" | "outcome"> & { readonly begun: string })[] = [];
  for (let start = 0; start < changes.length; start += perRecord) {
    const some = changes.slice(start, start + perRecord);
    const entry = {
      ...common,
      action: "resource.apply",
      object: some.map(({ change }) => resourceUrn(change.ref)),
      details: { specHashes: some.map(({ change }) => change.specHash) },
    };
    const { chain, seq } = await audit.append({ ...entry, type: changeBegun, outcome: "success" });
    parts.push({ ...entry, begun: `${chain}/${seq}` });
  }
  try {
    await write();
  } catch (error) {
    const code = error instanceof DataOsError ? error.code : "INTERNAL";
    for (const { begun, ...entry } of parts) {
      await audit.append({ ...entry, type: "change", outcome: "failure", details: { code, begun } });
    }
    throw error;
  }
  for (const [index, { change, outcome, details }] of changes.entries()) {
    await audit.append({
      ...common,
      type: "change",
      action: actionOf[outcome],
      object: [resourceUrn(change.ref)],
      outcome: "success",
      details: { specHash: change.specHash, ...details, begun: parts[Math.floor(index / perRecord)]?.begun ?? "" },
    });
  }
}
