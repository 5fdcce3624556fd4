import type { DecisionObject } from "../../shared/decision.ts";
import type { ObjectSource } from "../ports.ts";

const maxPaths = 50_000;

/**
 * The same source, remembering what it knows of objects that are named by one path, as long as `version` stays the same.
 * Only for sources whose answer is: what is stored wins over what the caller says, paths and tags are those of both.
 * @param version of everything that the source reads, in all processes
 */
export function rememberObjects(
  source: ObjectSource,
  version: () => number,
): ObjectSource & Required<Pick<ObjectSource, "recall">> {
  /** `null`: the source does not know it */
  const known = new Map<string, DecisionObject | null>();
  let knownAt = version();
  const recall = (said: DecisionObject): DecisionObject | undefined => {
    const [path] = said.paths;
    if (path === undefined || said.paths.length > 1 || version() !== knownAt) return undefined;
    const found = known.get(path);
    return found === null ? said : found && complete(said, found);
  };
  return {
    recall,
    async describe(said) {
      const [path, another] = said.paths;
      if (path === undefined || another !== undefined) return source.describe(said);
      const now = version();
      if (now !== knownAt || known.size >= maxPaths) {
        known.clear();
        knownAt = now;
      }
      const recalled = recall(said);
      if (recalled) return recalled;
      const bare: DecisionObject = { paths: [path], tags: [], attributes: {} };
      const found = await source.describe(bare);
      // INVARIANT: what a change may have overtaken is not kept
      if (version() !== now || knownAt !== now) return source.describe(said);
      known.set(path, found === bare ? null : found);
      return found === bare ? said : complete(said, found);
    },
  };
}

function complete(said: DecisionObject, known: DecisionObject): DecisionObject {
  return {
    ...said,
    ...known,
    tags: said.tags.length === 0 ? known.tags : [...new Set([...said.tags, ...known.tags])],
    attributes: { ...said.attributes, ...known.attributes },
  };
}
