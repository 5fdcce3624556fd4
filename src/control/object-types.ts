import type { ObjectChange, RegisteredObject } from "../heimdall/ports.ts";
import type { Attributes } from "../shared/decision.ts";
import { readStoredSpec, type SpecOf } from "./manifest/index.ts";
import type { StoredResource } from "./stores.ts";

/** The objects that a manifest lists. @param type the manifest's name */
export function registeredObjectsOf(
  type: string,
  { objects = [] }: SpecOf["object-type"],
): readonly RegisteredObject[] {
  return objects.map(({ id, tags = [], attributes = {} }) => ({
    type,
    id,
    tags,
    attributes: attributes as Attributes,
  }));
}

/** What a manifest changes: what it lists, and what its stored generation listed and it lists no more. */
export function objectChangesOf(
  listed: readonly RegisteredObject[],
  stored: Pick<StoredResource, "ref" | "version" | "manifest"> | undefined,
): readonly ObjectChange[] {
  const ids = new Set(listed.map(({ id }) => id));
  const former = stored
    ? registeredObjectsOf(stored.ref.name, readStoredSpec("object-type", stored.version, stored.manifest))
    : [];
  return [
    ...listed.map(({ type, id, tags, attributes }) => ({ ref: { type, id }, after: { tags, attributes } })),
    ...former.filter(({ id }) => !ids.has(id)).map(({ type, id }) => ({ ref: { type, id }, after: undefined })),
  ];
}
