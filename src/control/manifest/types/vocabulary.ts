import { z } from "zod";
import { shortText } from "../schema.ts";

/** `provider:` (docs/adr/0081); only its structure, because the language below is Heimdall's to check. */
export const providerSection = z.looseObject({
  id: shortText.min(1),
  authorization_atoms: z.array(z.unknown()).max(1000),
});
export type ProviderSection = z.infer<typeof providerSection>;

/** `use-case:` (docs/adr/0081). */
export const useCaseSection = z.looseObject({
  id: shortText.min(1),
  authorization_atoms: z.array(z.unknown()).max(1000),
});
export type UseCaseSection = z.infer<typeof useCaseSection>;
