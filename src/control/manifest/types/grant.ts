import { z } from "zod";
import { bool, duration, shortText, tagList, text } from "../schema.ts";

/**
 * `grant:` (`reference/dataos.md` §4.3); only its structure, because the language below is Heimdall's to check.
 * Without `approve: true` it is a request that waits for somebody else's approval. `duration` counts from when it is granted;
 * `single_use`: the first decision that needs it uses it up (docs/adr/0082).
 */
export const grantSection = z.looseObject({
  policy_use_case_id: shortText.min(1),
  subjects: tagList.optional(),
  approve: bool.optional(),
  requester: shortText.optional(),
  notes: text.optional(),
  until: shortText.optional(),
  duration: duration.optional(),
  single_use: bool.optional(),
});
export type GrantSection = z.infer<typeof grantSection>;
