import {
  type DecisionObject,
  type Mask,
  maskOperators,
  type ObjectColumn,
  type Obligations,
  type RowComparison,
  type RowFilterClause,
  type Subject,
} from "../../../shared/decision.ts";
import { compileGlob } from "../../../shared/glob.ts";
import { readAttribute } from "../../../shared/object-filter.ts";
import { looksLikeUdl, parseUdl } from "../../../shared/udl.ts";
import { isUrn, parseUrn } from "../../../shared/urn.ts";
import type { DataPolicy, DatasetScope, FilterPolicy, MaskPolicy } from "../rule.ts";

/** Predicates that read data, so that masks and row filters bind them. */
export const readingPredicates: ReadonlySet<string> = new Set(["read", "select"]);

export const noObligations: Obligations = { masks: new Map(), rowFilter: undefined };

/** What data policies ask of a subject that reads a dataset; `fault`: a filter cannot be made, so the data may not be read. */
export function decideData(
  policies: readonly DataPolicy[],
  subject: Subject,
  object: DecisionObject,
): { readonly obligations: Obligations; readonly fault: string | undefined } {
  if (policies.length === 0) return { obligations: noObligations, fault: undefined };
  const matching = matchingDataPolicies(policies, subject, object);
  if (matching.length === 0) return { obligations: noObligations, fault: undefined };
  const masks = decideMasks(matching, object);
  const all: RowFilterClause[] = [];
  const any: RowFilterClause[] = [];
  for (const policy of matching) {
    if (policy.type !== "filter") continue;
    const comparisons = toComparisons(policy, subject);
    if (typeof comparisons === "string") return { obligations: noObligations, fault: comparisons };
    (policy.permissive ? any : all).push({ comparisons, policy: policy.name, at: policy.at });
  }
  const byPolicy = (a: RowFilterClause, b: RowFilterClause): number => compareText(a.policy, b.policy);
  const rowFilter = all.length + any.length === 0 ? undefined : { all: all.sort(byPolicy), any: any.sort(byPolicy) };
  return { obligations: { masks, rowFilter }, fault: undefined };
}

/** Those that bind this subject on this dataset, whatever its columns. */
export function matchingDataPolicies(
  policies: readonly DataPolicy[],
  subject: Subject,
  object: Pick<DecisionObject, "paths">,
): readonly DataPolicy[] {
  const names = datasetNames(object.paths);
  return policies.filter((policy) => matchesUser(policy.users, subject.tags) && matchesScope(policy.scope, names));
}

/** Whether it binds anybody at all on this dataset, whatever its columns. */
export function mayBeAbout(policy: DataPolicy, object: Pick<DecisionObject, "paths">): boolean {
  return matchesScope(policy.scope, datasetNames(object.paths));
}

/**
 * Those that are about this dataset, whoever reads it, the strongest first. Where its columns are known, only masks that select one of
 * them.
 */
export function dataPoliciesOn(
  policies: readonly DataPolicy[],
  dataset: Pick<DecisionObject, "paths" | "columns">,
): readonly DataPolicy[] {
  const { columns } = dataset;
  return policies
    .filter(
      (policy) =>
        mayBeAbout(policy, dataset) &&
        (policy.type === "filter" || columns?.some(({ name, tags }) => selects(policy, name, tags)) !== false),
    )
    .sort((a, b) => a.priority - b.priority || compareText(a.name, b.name));
}

/** Masks that select the column, the one that wins first. */
export function rankMasks(policies: readonly DataPolicy[], column: ObjectColumn): readonly MaskPolicy[] {
  return policies
    .filter((policy): policy is MaskPolicy => policy.type === "mask" && selects(policy, column.name, column.tags))
    .sort(compareMasks);
}

function decideMasks(policies: readonly DataPolicy[], object: DecisionObject): Map<string, Mask> {
  const masks = new Map<string, Mask>();
  for (const column of object.columns ?? []) {
    let winner: MaskPolicy | undefined;
    for (const policy of policies) {
      if (policy.type !== "mask" || !selects(policy, column.name, column.tags)) continue;
      if (winner === undefined || compareMasks(policy, winner) < 0) winner = policy;
    }
    if (winner === undefined || winner.operator === "pass_through") continue;
    const { operator, options, name, at } = winner;
    masks.set(column.name, { operator, options, policy: name, at });
  }
  return masks;
}

function selects({ columns }: MaskPolicy, name: string, tags: readonly string[]): boolean {
  // SECURITY: engines fold the case of names, so a mask must not depend on it
  const lower = name.toLowerCase();
  if (columns.names.some((selected) => selected.toLowerCase() === lower)) return true;
  return columns.tags.some((glob) => {
    const compiled = compileGlob(glob, "tag");
    return tags.some((tag) => compiled.matches(tag));
  });
}

// redact > hash > rand_* > regex_replace > bucket_* > pass_through, as the list of operators stands
const restrictiveness: Readonly<Record<MaskPolicy["operator"], number>> = {
  redact: 0,
  hash: 1,
  rand_pattern: 2,
  rand_regexify: 2,
  regex_replace: 3,
  bucket_number: 4,
  bucket_date: 4,
  pass_through: maskOperators.length,
};

function compareMasks(a: MaskPolicy, b: MaskPolicy): number {
  return (
    a.priority - b.priority ||
    restrictiveness[a.operator] - restrictiveness[b.operator] ||
    compareText(a.name, b.name) ||
    compareText(JSON.stringify(a.options), JSON.stringify(b.options))
  );
}

function toComparisons(policy: FilterPolicy, subject: Subject): RowComparison[] | string {
  const comparisons: RowComparison[] = [];
  for (const { column, operator, value } of policy.comparisons) {
    if ("literal" in value) {
      comparisons.push({ column, operator, value: value.literal });
      continue;
    }
    const known = readAttribute(subject, value.userAttribute);
    if (typeof known !== "string" && typeof known !== "number" && typeof known !== "boolean") {
      return `row filter ${policy.name}: no such attribute \`subject.${value.userAttribute}\``;
    }
    comparisons.push({ column, operator, value: known });
  }
  return comparisons;
}

function matchesUser({ match, tags }: DataPolicy["users"], subjectTags: readonly string[]): boolean {
  const has = (glob: string): boolean => {
    const compiled = compileGlob(glob, "tag");
    return subjectTags.some((tag) => compiled.matches(tag));
  };
  return match === "any" ? tags.some(has) : tags.every(has);
}

/** One way to call a dataset. */
interface DatasetName {
  readonly depot: string;
  readonly collection: string;
  readonly dataset: string;
}

function matchesScope(scope: DatasetScope, names: readonly DatasetName[]): boolean {
  const { depot, collection, dataset, datasetId } = scope;
  if (depot === undefined && collection === undefined && dataset === undefined && datasetId === undefined) return true;
  const matches = (glob: string | undefined, text: string): boolean =>
    glob === undefined || compileGlob(glob, "path").matches(text);
  return names.some(
    (name) =>
      matches(depot, name.depot) &&
      matches(collection, name.collection) &&
      matches(dataset, name.dataset) &&
      (datasetId === undefined || datasetId === `${name.depot}.${name.collection}.${name.dataset}`),
  );
}

/** Every name that the object's addresses give it: with the schema alone as collection, and with the database before it. */
function datasetNames(paths: readonly string[]): DatasetName[] {
  const names: DatasetName[] = [];
  for (const path of paths) {
    if (looksLikeUdl(path)) names.push(...namesOfUdl(path));
    else if (path.startsWith("urn:dataos:dataset:") && isUrn(path)) names.push(...namesOfUrn(path));
  }
  return names;
}

function namesOfUrn(urn: string): DatasetName[] {
  const { scope: depot, path } = parseUrn(urn);
  const [first = "", ...rest] = path;
  if (first === "none" || rest.length < 2) return [{ depot, collection: first, dataset: rest.join("/") }];
  const [schema = "", ...dataset] = rest;
  return [
    { depot, collection: schema, dataset: dataset.join("/") },
    { depot, collection: `${first}.${schema}`, dataset: dataset.join("/") },
  ];
}

function namesOfUdl(udl: string): DatasetName[] {
  let parts: ReturnType<typeof parseUdl>;
  try {
    parts = parseUdl(udl);
  } catch {
    return [];
  }
  const { depot, database, collection = "", dataset = [] } = parts;
  const name = { depot, collection, dataset: dataset.join("/") };
  return database === undefined ? [name] : [name, { ...name, collection: `${database}.${collection}` }];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
