import { z } from "zod";
import { mapping, opt, req, scalarText, tagList } from "../schema.ts";
import { attributeValue } from "./identity.ts";

const maxObjects = 1_000;

/**
 * `object-type:` (docs/adr/0098). The resource's name is the type's, its owner answers for what is registered; objects that the
 * manifest lists come and go with it, others are registered by the service.
 */
export const objectTypeSection = mapping({
  objects: opt(
    z
      .array(
        mapping({
          id: req(scalarText, "id of the object in the service"),
          tags: opt(tagList, "what policies look at"),
          attributes: opt(z.record(z.string(), attributeValue), "what conditions of policies look at"),
        }),
      )
      .max(maxObjects),
    "objects that come and go with the manifest",
  ),
});
export type ObjectTypeSection = z.infer<typeof objectTypeSection>;
