import type { DecisionObject } from "../../shared/decision.ts";
import { formatUrn } from "../../shared/urn.ts";
import type { ObjectDirectory, ObjectType } from "../ports.ts";

/**
 * What policies decide on for a type of objects and for what is registered of it.
 * Path: `urn:dataos:object-type:<name>`. Tag: `dataos:type:object-type`. Attributes: `name`, and `owner` where it is known.
 */
export function describeObjectType({ name, owner }: Pick<ObjectType, "name"> & Partial<ObjectType>): DecisionObject {
  return {
    type: "object-type",
    paths: [formatUrn({ kind: "object-type", scope: name })],
    tags: ["dataos:type:object-type"],
    attributes: { name, ...(owner !== undefined && owner !== "" && { owner }) },
  };
}

/** Every type of the directory by name, as decisions see it. */
export async function describeTypes(
  directory: Pick<ObjectDirectory, "listTypes">,
): Promise<ReadonlyMap<string, DecisionObject>> {
  return new Map((await directory.listTypes()).map((type) => [type.name, describeObjectType(type)]));
}
