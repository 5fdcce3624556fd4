import { z } from "zod";
import { opaqueMap } from "../schema.ts";

const spelling =
  "expected one spelling of a policy: `access: {…}`, `data: {type: mask|filter, …}`, or `type: data` with `rules: […]`";

/**
 * `policy:`; only its structure, because the language below is Heimdall's to check.
 * `access` and `data` are the vendor's spellings, `type` with `rules` the seeds' one.
 */
export const policySection = z
  .looseObject({
    access: opaqueMap.optional(),
    data: opaqueMap.optional(),
    rules: z.array(z.unknown()).max(1000).optional(),
  })
  .refine(
    (section) => [section.access, section.data, section.rules].filter((part) => part !== undefined).length === 1,
    {
      message: spelling,
    },
  );
