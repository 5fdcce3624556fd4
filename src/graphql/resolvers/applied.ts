import type { AppliedResource } from "../../control/ports.ts";
import type { CallContext, PolicyDocument } from "../../heimdall/ports.ts";
import { ForbiddenError } from "../../shared/errors.ts";
import type { GraphqlContext } from "../context.ts";
import { formatPlace } from "../errors/user-errors.ts";
import { toImpact } from "./policy-safety.ts";

/** What the policies change; `null`: none changes, or the caller may see no policies. */
export async function impactOf(
  call: CallContext,
  documents: readonly PolicyDocument[],
  { policySafety }: GraphqlContext["services"],
) {
  if (documents.length === 0) return null;
  try {
    return toImpact(await policySafety.impactOf(call, documents));
  } catch (error) {
    if (error instanceof ForbiddenError) return null;
    throw error;
  }
}

/** As the API shows it. */
export function toApplied({ ref, version, outcome, generation, diff, warnings }: AppliedResource) {
  return {
    type: ref.type,
    name: ref.name,
    workspace: ref.workspace ?? null,
    version,
    outcome,
    generation,
    diff,
    warnings: warnings.map((warning) => ({ at: formatPlace(warning), message: warning.message })),
  };
}
