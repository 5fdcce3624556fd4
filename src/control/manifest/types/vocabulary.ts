import { z } from "zod";
import { opt, req, shortText, text } from "../schema.ts";

/** `provider:` (docs/adr/0081); only its structure, because the language below is Heimdall's to check. */
export const providerSection = z.looseObject({
  id: req(shortText.min(1), "the same as the manifest's name"),
  name: opt(shortText, "a name for people"),
  version: opt(shortText, "its version"),
  description: opt(text, "what it provides"),
  authorization_atoms: req(
    z.array(z.unknown()).max(1000),
    "what can be allowed: id, predicate, tags and paths with variables",
  ),
});
export type ProviderSection = z.infer<typeof providerSection>;

/** `use-case:` (docs/adr/0081). */
export const useCaseSection = z.looseObject({
  id: req(shortText.min(1), "the same as the manifest's name"),
  name: opt(shortText, "a name for people"),
  description: opt(text, "what it is for"),
  category: opt(shortText, "where it is listed"),
  authorization_atoms: req(z.array(z.unknown()).max(1000), "ids of the atoms that it gives"),
});
export type UseCaseSection = z.infer<typeof useCaseSection>;
