/** Bodies of the vendor's Heimdall API, as its public client sends and reads them. */
import { z } from "zod";
import type { Decision } from "../../shared/decision.ts";
import { attributesSchema } from "../attributes-schema.ts";
import { toDecisionFacts } from "../obligations.ts";

const maxNames = 1_000;
const maxVariables = 100;
const name = z.string().min(1).max(4_096);
const token = z.string().max(8_192);

/** `predicate` and `object` may be left out where an atom says what they are. */
const context = z.object({
  predicate: name.nullish(),
  object: z
    .object({ paths: z.array(name).max(maxNames).default([]), tags: z.array(name).max(maxNames).default([]) })
    .nullish(),
  collection: name.nullish(),
  metadata: attributesSchema.nullish(),
});

const pepContext = z
  .object({
    authorization_atom_id: z.string().max(1_000).nullish(),
    variables: z
      .record(z.string(), z.string().max(4_096))
      .refine((variables) => Object.keys(variables).length <= maxVariables, {
        message: `expected at most ${maxVariables} variables`,
      })
      .nullish(),
  })
  .nullish();

export const authorizationRequest = z.object({ token, context: context.nullish(), pep_context: pepContext });

export const batchRequest = z.object({
  token,
  contexts: z
    .record(z.string(), context.extend({ pep_context: pepContext }))
    .refine((contexts) => Object.keys(contexts).length <= maxNames, {
      message: `expected at most ${maxNames} contexts`,
    }),
  /** for those that have none of their own */
  pep_context: pepContext,
});

export const userRequest = z.object({ user_id: name, context: context.nullish(), pep_context: pepContext });

/** What is asked of one object. */
export type VendorContext = z.infer<typeof context>;
export type PepContext = z.infer<typeof pepContext>;

/** `valid`: the token, or the named user, is one of ours. `result.id` and `result.tags` are the user's. */
export interface AuthorizationResult {
  readonly allow: boolean;
  readonly valid: boolean;
  readonly result?: { readonly id: string; readonly tags: readonly string[]; readonly data?: unknown };
  readonly error?: { readonly status: number; readonly message: string };
}

/** Not allowed, and why. @param valid whether at least the token is one of ours */
export function refuse(status: number, message: string, valid = false): AuthorizationResult {
  return { allow: false, valid, error: { status, message } };
}

/** `allow`, with the facts of the decision as `data`. */
export function toVerdict(decision: Decision) {
  return { allow: decision.effect === "allow", data: toDecisionFacts(decision) };
}
