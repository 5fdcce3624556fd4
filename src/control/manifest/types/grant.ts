import { z } from "zod";
import { bool, shortText, tagList } from "../schema.ts";

/**
 * `grant:` (`reference/dataos.md` §4.3); only its structure, because the language below is Heimdall's to check.
 * Without `approve: true` it is a request that waits.
 */
export const grantSection = z.looseObject({
  policy_use_case_id: shortText.min(1),
  subjects: tagList.optional(),
  approve: bool.optional(),
});
export type GrantSection = z.infer<typeof grantSection>;
