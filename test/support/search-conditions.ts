import fc from "fast-check";
import type { SearchCondition, SearchDocument, SearchFacet } from "../../src/metis/ports.ts";
import { assertNever } from "../../src/shared/brand.ts";

const values: Readonly<Record<"tag" | "owner" | "datasetType" | "schema" | "kind", readonly string[]>> = {
  tag: ["PII", "gold", "PII.Email", "PII.Name", "none"],
  owner: ["alice", "bob", "carol"],
  datasetType: ["table", "view", "file"],
  schema: ["s", "film", "other"],
  kind: ["dataset", "report"],
};
const has: fc.Arbitrary<SearchCondition> = fc
  .constantFrom(...(Object.keys(values) as (keyof typeof values)[]))
  .chain((facet) => fc.subarray([...values[facet]]).map((some) => ({ op: "has" as const, facet, values: some })));

/** Trees over the facets of `searchDocuments`. */
export const searchConditions: fc.Arbitrary<SearchCondition> = fc.letrec<{ tree: SearchCondition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    has,
    fc.record({ op: fc.constant("not" as const), of: tie("tree") }),
    fc.record({ op: fc.constantFrom("and" as const, "or" as const), of: fc.array(tie("tree"), { maxLength: 3 }) }),
  ),
})).tree;

/** Whether the document passes, read from the document itself. */
export function passesCondition(
  condition: SearchCondition,
  document: SearchDocument,
  isColumnVisible: (place: number) => boolean,
): boolean {
  const passes = (part: SearchCondition): boolean => passesCondition(part, document, isColumnVisible);
  switch (condition.op) {
    case "not":
      return !passes(condition.of);
    case "and":
      return condition.of.every(passes);
    case "or":
      return condition.of.some(passes);
    case "has":
      return valuesOf(condition.facet, document, isColumnVisible).some((value) => condition.values.includes(value));
    default:
      return assertNever(condition);
  }
}

function valuesOf(
  facet: SearchFacet,
  document: SearchDocument,
  isColumnVisible: (place: number) => boolean,
): readonly string[] {
  const ofColumns = document.columns.flatMap(({ tags }, place) => (isColumnVisible(place) ? tags : []));
  return {
    ...{ kind: [document.kind], depot: [document.depot], datasetType: [document.datasetType] },
    ...{ tag: [...document.tags, ...ofColumns], owner: document.owners, schema: [document.schemaName] },
  }[facet];
}
