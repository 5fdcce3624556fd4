import { recordChange } from "../heimdall/audit/index.ts";
import type { AuditEntry, Authorized } from "../heimdall/ports.ts";
import type { Attributes } from "../shared/decision.ts";
import type { GraphqlContext } from "./context.ts";

/**
 * Makes a change under `auth` that is on record before it is made, and with its end before it is answered.
 * @param object URNs of what is changed, as far as they are known before
 * @throws {AuditUnavailableError} not recorded; the call is not answered
 */
export function changing<T>(
  { call, services }: GraphqlContext,
  auth: Authorized,
  { object, details = {} }: { readonly object: readonly string[]; readonly details?: Attributes },
  work: () => Promise<T>,
  outcome?: (result: T) => Partial<Pick<AuditEntry, "object" | "details">>,
): Promise<T> {
  const change = {
    actor: call.subject.id,
    action: auth.action,
    object,
    decisionId: auth.decisionId,
    policyVersion: auth.policyVersion,
    requestId: call.requestId,
    ...(call.ip === undefined ? {} : { ip: call.ip }),
    details,
  };
  return recordChange(services.audit, change, work, outcome);
}
