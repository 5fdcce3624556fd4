/** Bodies of the routes of object types and objects of services. The vendor has none; names are in its style. */
import { z } from "zod";
import type { ObjectType, VersionedObject } from "../../heimdall/ports.ts";
import { attributesSchema } from "../attributes-schema.ts";

const name = z.string().min(1).max(256);
const maxObjects = 1_000;

export const objectTypeBody = z.strictObject({
  description: z.string().max(1_000).nullish(),
  owner: name.nullish(),
});

export const objectsBody = z.strictObject({
  objects: z
    .array(
      z.strictObject({
        type: name,
        id: name,
        tags: z.array(name).max(100).default([]),
        attributes: attributesSchema.default({}),
        if_version: z.string().max(100).nullish(),
      }),
    )
    .min(1)
    .max(maxObjects),
});

export const refsBody = z.strictObject({
  objects: z
    .array(z.strictObject({ type: name, id: name, if_version: z.string().max(100).nullish() }))
    .min(1)
    .max(maxObjects),
});

export function fromObjectType({ name, description, owner }: ObjectType) {
  return { name, description: description ?? "", owner };
}

/** `version` is what `if_version` takes. */
export function fromObject({ type, id, tags, attributes, version }: VersionedObject) {
  return { type, id, tags, attributes, version };
}
