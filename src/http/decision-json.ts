import type { DecidingRule, Decision, DenyReason } from "../shared/decision.ts";
import { toDecisionFacts } from "./obligations.ts";

interface Facts {
  readonly policyVersion: string;
  readonly json: string;
}

/** What is said of decisions without obligations by one rule, or by none, whatever was asked. */
const byRule = new WeakMap<DecidingRule, Facts>();
const byReason = new Map<DenyReason, Facts>();

/** `toDecisionFacts` as JSON. WHY: most decisions say what others said before, but for their ids. */
export function toDecisionJson(decision: Decision): string {
  const { decisionId } = decision;
  const facts = isPlain(decision) ? recall(decision) : stringify(decision);
  return decisionId === undefined ? facts : `{"decision_id":${JSON.stringify(decisionId)},${facts.slice(1)}`;
}

function isPlain({ because, problems, obligations }: Decision): boolean {
  return (
    because.length <= 1 && problems.length === 0 && obligations.masks.size === 0 && obligations.rowFilter === undefined
  );
}

function recall(decision: Decision): string {
  const { because, denyReason, policyVersion } = decision;
  const [rule] = because;
  const known = rule ? byRule.get(rule) : denyReason && byReason.get(denyReason);
  if (known?.policyVersion === policyVersion) return known.json;
  const facts: Facts = { policyVersion, json: stringify(decision) };
  if (rule) byRule.set(rule, facts);
  else if (denyReason) byReason.set(denyReason, facts);
  return facts.json;
}

function stringify({ decisionId: _, ...decision }: Decision): string {
  return JSON.stringify(toDecisionFacts(decision));
}
