import { assertNever } from "../shared/brand.ts";
import type { DecidingRule, Decision, DenyReason } from "../shared/decision.ts";

/** Why the decision is as it is, in one sentence without a full stop. */
export function explainDecision({ effect, denyReason, because }: Decision): string {
  const rules = because.map(nameRule).join(", ");
  if (effect === "allow") return `allowed by ${rules}`;
  return denyReason === undefined ? "denied" : explainDenial(denyReason, rules);
}

function explainDenial(reason: DenyReason, rules: string): string {
  switch (reason) {
    case "denied-by-rule":
      return `denied by ${rules}`;
    case "no-matching-allow":
      return "denied because no rule allows it";
    case "indeterminate":
      return rules === ""
        ? "denied because a condition could not be evaluated"
        : `denied by ${rules}, whose condition could not be evaluated`;
    case "unknown-subject":
      return "denied because the subject is not known";
    case "policy-stale":
      return "denied because the policies could not be verified for too long";
    default:
      return assertNever(reason);
  }
}

function nameRule({ id, at, reason }: DecidingRule): string {
  return `rule \`${id}\` (${at.file}:${at.line}:${at.column})${reason ? `: ${reason}` : ""}`;
}
