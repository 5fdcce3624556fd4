import type { CompiledPolicies } from "../../src/heimdall/policy/index.ts";
import type { ObjectLister } from "../../src/heimdall/ports.ts";
import type { SearchWorld } from "../../src/heimdall/questions/index.ts";
import type { DecisionObject, Subject } from "../../src/shared/decision.ts";
import { matchesFilter } from "../../src/shared/object-filter.ts";
import { createManualClock } from "./clock.ts";

/** What searches look through, in memory; each of `stores` is one lister, an object's first path its name. */
export function createSearchWorld(
  policies: CompiledPolicies | undefined,
  subjects: readonly Subject[],
  stores: readonly (readonly DecisionObject[])[],
): SearchWorld {
  const listers = stores.map(createLister);
  return {
    policies: () => policies,
    subjects: async () => [...subjects].sort((a, b) => (a.id < b.id ? -1 : 1)),
    objects: {
      async describe(object) {
        let known = object;
        for (const lister of listers) known = await lister.describe(known);
        return known;
      },
    },
    listers,
    clock: createManualClock(Date.parse("2026-06-01T00:00:00Z")),
  };
}

function createLister(objects: readonly DecisionObject[]): ObjectLister {
  const sorted = [...objects].sort((a, b) => ((a.paths[0] ?? "") < (b.paths[0] ?? "") ? -1 : 1));
  return {
    types: async () => [...new Set(objects.flatMap(({ type }) => type ?? []))].sort(),
    async describe(object) {
      const known = objects.find(({ paths }) => object.paths.includes(paths[0] ?? ""));
      if (!known) return object;
      return {
        ...object,
        ...known,
        paths: [...new Set([...object.paths, ...known.paths])],
        tags: [...new Set([...object.tags, ...known.tags])],
        attributes: { ...object.attributes, ...known.attributes },
      };
    },
    async list({ type, filter }, { first, after }) {
      const found = sorted
        .filter((object) => type === undefined || object.type === type)
        .filter((object) => after === undefined || (object.paths[0] ?? "") > after)
        .filter((object) => matchesFilter(filter, object));
      const items = found.slice(0, first).map((object) => ({ cursor: object.paths[0] ?? "", object }));
      return { items, hasNextPage: found.length > first };
    },
  };
}
