import type { DecisionObject } from "../../shared/decision.ts";
import { formatUrn, isUrn, parseUrn } from "../../shared/urn.ts";
import type { RegisteredObject } from "../ports.ts";

/**
 * What policies decide on for an object of a service.
 * Paths: `<type>:<id>` and `urn:dataos:object:<type>:<id>`. Tags: `dataos:type:<type>` and its own. Attributes: its own.
 */
export function describeRegisteredObject({ type, id, tags, attributes }: RegisteredObject): DecisionObject {
  return { id, type, paths: objectPaths(type, id), tags: [...new Set([`dataos:type:${type}`, ...tags])], attributes };
}

/** Both ways to name it. */
function objectPaths(type: string, id: string): readonly string[] {
  return [`${type}:${id}`, formatUrn({ kind: "object", scope: type, path: [id] })];
}

const shortForm = /^([A-Za-z][A-Za-z0-9_.-]{0,63}):(?!\/\/)(.{1,256})$/su;

/** The object that a path names, where it has the form of one. */
export function parseObjectPath(path: string): Pick<RegisteredObject, "type" | "id"> | undefined {
  if (path.startsWith("urn:")) {
    if (!path.startsWith("urn:dataos:object:") || !isUrn(path)) return undefined;
    const { scope, path: steps } = parseUrn(path);
    const [id, ...more] = steps;
    return id === undefined || more.length > 0 ? undefined : { type: scope, id };
  }
  const [, type, id] = shortForm.exec(path) ?? [];
  return type === undefined || id === undefined ? undefined : { type, id };
}
