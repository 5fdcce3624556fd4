/** Bodies of the vendor's Heimdall API, as its public client sends and reads them. */
import { z } from "zod";
import type { Decision } from "../../shared/decision.ts";
import { attributesSchema } from "../attributes-schema.ts";
import { toDecisionFacts } from "../obligations.ts";

const maxNames = 1_000;
const name = z.string().min(1).max(4_096);
const token = z.string().max(8_192);

const context = z.object({
  predicate: name,
  object: z.object({ paths: z.array(name).max(maxNames).default([]), tags: z.array(name).max(maxNames).default([]) }),
  collection: name.nullish(),
  metadata: attributesSchema.nullish(),
});

const pepContext = z.object({ authorization_atom_id: z.string().max(1_000).nullish() }).nullish();

export const authorizationRequest = z.object({ token, context: context.nullish(), pep_context: pepContext });

export const batchRequest = z.object({
  token,
  contexts: z.record(z.string(), context).refine((contexts) => Object.keys(contexts).length <= maxNames, {
    message: `expected at most ${maxNames} contexts`,
  }),
});

export const userRequest = z.object({ user_id: name, context, pep_context: pepContext });

/** What is asked of one object. */
export type VendorContext = z.infer<typeof context>;

/** `valid`: the token, or the named user, is one of ours. `result.id` and `result.tags` are the user's. */
export interface AuthorizationResult {
  readonly allow: boolean;
  readonly valid: boolean;
  readonly result?: { readonly id: string; readonly tags: readonly string[]; readonly data?: unknown };
  readonly error?: { readonly status: number; readonly message: string };
}

/** Neither allowed nor valid, and why. */
export function refuse(status: number, message: string): AuthorizationResult {
  return { allow: false, valid: false, error: { status, message } };
}

/** `allow`, with the facts of the decision as `data`. */
export function toVerdict(decision: Decision) {
  return { allow: decision.effect === "allow", data: toDecisionFacts(decision) };
}
