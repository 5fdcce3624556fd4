import { DataOsError } from "../../shared/errors.ts";
import type { AuditEntry, AuditLog } from "../ports.ts";

/** Type of the record that a change leaves before it is made. */
export const changeBegun = "change.begun";

/**
 * Makes a change and records it: what is about to be changed durably before, what came of it after. So there is no change without a
 * record of it, whenever the process ends; one that has begun and is not followed by its end may have been made or not.
 *
 * @param outcome what only the change itself tells, e.g. the id of what was created
 * @throws {AuditUnavailableError} before: nothing was changed; after: the change was made, and is on record as begun
 */
export async function recordChange<T>(
  audit: Pick<AuditLog, "append">,
  change: Omit<AuditEntry, "type" | "outcome">,
  work: () => Promise<T>,
  outcome: (result: T) => Partial<Pick<AuditEntry, "object" | "details">> = () => ({}),
): Promise<T> {
  const { chain, seq } = await audit.append({ ...change, type: changeBegun, outcome: "success" });
  const begun = `${chain}/${seq}`;
  let result: T;
  try {
    result = await work();
  } catch (error) {
    const code = error instanceof DataOsError ? error.code : "INTERNAL";
    await audit.append({ ...change, type: "change", outcome: "failure", details: { ...change.details, code, begun } });
    throw error;
  }
  const { object = change.object, details } = outcome(result);
  await audit.append({
    ...change,
    type: "change",
    object,
    outcome: "success",
    details: { ...change.details, ...details, begun },
  });
  return result;
}
