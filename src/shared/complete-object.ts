import type { DecisionObject } from "./decision.ts";

/**
 * What a caller said of an object, completed by what is stored of it.
 * SECURITY: what is stored wins; paths and tags are those of both, so that none can be taken away.
 */
export function completeObject(said: DecisionObject, known: DecisionObject): DecisionObject {
  return {
    ...said,
    ...known,
    paths: [...new Set([...said.paths, ...known.paths])],
    tags: [...new Set([...said.tags, ...known.tags])],
    attributes: { ...said.attributes, ...known.attributes },
  };
}
