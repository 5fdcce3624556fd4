import { z } from "zod";
import { mapping, scalarText, tagList } from "../schema.ts";
import { attributeValue } from "./identity.ts";

const maxObjects = 1_000;

/**
 * `object-type:` (docs/adr/0097). The resource's name is the type's, its owner answers for what is registered; objects that the
 * manifest lists come and go with it, others are registered by the service.
 */
export const objectTypeSection = mapping({
  objects: z
    .array(
      mapping({
        id: scalarText,
        tags: tagList.optional(),
        attributes: z.record(z.string(), attributeValue).optional(),
      }),
    )
    .max(maxObjects)
    .optional(),
});
export type ObjectTypeSection = z.infer<typeof objectTypeSection>;
