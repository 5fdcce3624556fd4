import { completeObject } from "../../shared/complete-object.ts";
import type { DecisionObject } from "../../shared/decision.ts";
import type { ObjectDirectory, ObjectSource, RegisteredObject } from "../ports.ts";
import { isOwnKind } from "./check-object.ts";
import { describeRegisteredObject, parseObjectPath } from "./describe-object.ts";

/**
 * What services registered of an object that a question names, e.g. `todo:1`. What the question says completes and overrides the
 * stored attributes; tags are those of both.
 * SECURITY: an object that is also named by an address of the platform is the platform's, and nothing registered speaks of it.
 */
export function createRegisteredObjectSource(directory: Pick<ObjectDirectory, "get" | "recall">): ObjectSource {
  return {
    async describe(object) {
      const named = namesOf(object);
      for (const { type, id } of named) {
        const found = await directory.get(type, id);
        if (found) return complete(object, found);
      }
      return object;
    },
    recall(object) {
      for (const { type, id } of namesOf(object)) {
        const found = directory.recall(type, id);
        if (found === undefined) return undefined;
        if (found) return complete(object, found);
      }
      return object;
    },
  };
}

function complete(said: DecisionObject, found: RegisteredObject): DecisionObject {
  const known = describeRegisteredObject(found);
  return { ...completeObject(said, known), attributes: { ...known.attributes, ...said.attributes } };
}

function namesOf({ paths }: DecisionObject): { readonly type: string; readonly id: string }[] {
  const isPlatforms = (path: string): boolean =>
    path.startsWith("dataos://") || (path.startsWith("urn:dataos:") && !path.startsWith("urn:dataos:object:"));
  if (paths.some(isPlatforms)) return [];
  // WHY: nothing is registered under a word of the platform, and most questions are about such things
  return paths.flatMap((path) => parseObjectPath(path) ?? []).filter(({ type }) => !isOwnKind(type));
}
