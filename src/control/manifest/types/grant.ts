import { z } from "zod";
import { bool, duration, opt, req, shortText, tagList, text } from "../schema.ts";

/**
 * `grant:` (`reference/dataos.md` §4.3); only its structure, because the language below is Heimdall's to check.
 * Without `approve: true` it is a request that waits for somebody else's approval. `duration` counts from when it is granted;
 * `single_use`: the first decision that needs it uses it up (docs/adr/0082).
 */
export const grantSection = z.looseObject({
  policy_use_case_id: req(shortText.min(1), "the use-case that is given"),
  subjects: opt(tagList, "who gets it, as tags, e.g. `users:id:alice`"),
  values: opt(z.unknown(), "what the variables of its atoms stand for"),
  collection: opt(shortText, "the collection of policies; default `default`"),
  approve: opt(bool, "`true` gives it at once; else it is a request that somebody else approves"),
  requester: opt(shortText, "who asked for it"),
  notes: opt(text, "why"),
  until: opt(shortText, "when it ends, e.g. `2026-01-31T08:00:00Z`"),
  duration: opt(duration, "how long it lasts from its approval on, e.g. `8h`"),
  single_use: opt(bool, "the first decision that needs it uses it up"),
});
export type GrantSection = z.infer<typeof grantSection>;
