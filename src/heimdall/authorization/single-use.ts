import type { Decision, DecisionRequest } from "../../shared/decision.ts";
import type { CompiledPolicies } from "../policy/index.ts";
import type { GrantUses, PolicyDocument } from "../ports.ts";

/** Grants that decide once, ready to be asked. */
export interface SingleUse {
  /** all live policies and these grants */
  readonly policies: CompiledPolicies;
  readonly documents: readonly PolicyDocument[];
}

/**
 * The answer that a grant for a single use gives where nothing else allows; else `denied` as it is. The grant is used up before the answer
 * leaves, by one caller over all processes. SECURITY: where the answer cannot be recorded afterwards, the grant is lost and nothing was given.
 *
 * @param by what the use is traced by
 * @throws {UnavailableError} it could not be used up
 */
export async function spendSingleUse(
  denied: Decision,
  request: DecisionRequest,
  { policies, documents }: SingleUse,
  uses: GrantUses,
  by: string,
): Promise<Decision> {
  const wider = policies.decide(request);
  if (wider.effect !== "allow") return denied;
  for (const rule of wider.because) {
    const isOf = ({ name }: PolicyDocument): boolean => rule.id.startsWith("grant/") && rule.policy === name;
    const use = documents.find(isOf)?.use;
    if (use === undefined || !(await uses.consume(use, by))) continue;
    return { ...wider, because: [rule], policyVersion: denied.policyVersion };
  }
  return denied;
}
