import type { Authorized } from "../heimdall/ports.ts";
import type { Attributes } from "../shared/decision.ts";
import type { GraphqlContext } from "./context.ts";

/**
 * Puts a change on record that was made under `auth`, before it is answered.
 * @param object URNs of what was changed @throws {AuditUnavailableError} not recorded; the call is not answered
 */
export async function recordChange(
  { call, services }: GraphqlContext,
  auth: Authorized,
  object: readonly string[],
  details: Attributes = {},
): Promise<void> {
  await services.audit.append({
    type: "change",
    actor: call.subject.id,
    action: auth.action,
    object,
    outcome: "success",
    decisionId: auth.decisionId,
    policyVersion: auth.policyVersion,
    requestId: call.requestId,
    ...(call.ip === undefined ? {} : { ip: call.ip }),
    details,
  });
}
