import { issueAuthorized } from "../../src/heimdall/authorization/authorized.ts";
import type { Action, Authorized } from "../../src/heimdall/ports.ts";
import { allObjects, type ObjectFilter } from "../../src/shared/object-filter.ts";

/** What the authorizer would hand out: `subject` may do `action` on what passes `filter`. */
export function authorized<A extends Action>(
  action: A,
  filter: ObjectFilter = allObjects,
  subject = "alice",
): Authorized<A> {
  return issueAuthorized<A>({
    subject: { id: subject, type: "person", tags: [`users:id:${subject}`], attributes: {} },
    action,
    object: undefined,
    decisionId: "decision-1",
    policyVersion: "policy-1",
    filter,
  });
}
