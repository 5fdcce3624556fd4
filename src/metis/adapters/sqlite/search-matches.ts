import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import { assertNever } from "../../../shared/brand.ts";
import type { SearchCondition, SearchRequest } from "../../ports.ts";
import { type QueryPlan, toCondition } from "../../search/index.ts";
import type { Postings, SearchMemory } from "./search-memory.ts";
import { inList, joinSql, prefixSql, type Sql } from "./sql-parts.ts";
import type { Visibility } from "./visibility.ts";

/** Documents that match, with their scores at the same places; in no order. */
export interface Matches {
  readonly docs: readonly number[];
  readonly scores: readonly number[];
}

/** Adds up what a plan finds: visible documents that pass the request's filters. */
export function collectMatches(
  db: SqliteDatabase,
  memory: SearchMemory,
  {
    request,
    plan,
    visible,
  }: { readonly request: SearchRequest; readonly plan: QueryPlan; readonly visible: Visibility },
): Matches {
  const condition = toCondition(request);
  const passes = condition ? toTest(condition, memory, visible) : undefined;
  const docs: number[] = [];
  const scores: number[] = [];
  const keep = (doc: number, score: number): void => {
    if ((passes && !passes(doc)) || !(visible.all || visible.seesDocument(doc))) return;
    docs.push(doc);
    scores.push(score);
  };
  if (plan.browse) {
    for (const doc of memory.ordered()) keep(doc, 0);
    return { docs, scores };
  }
  const size = memory.ranks().length;
  const sum = new Float64Array(size);
  const best = new Float64Array(size);
  for (const { doc, stage } of identityMatches(db, plan)) sum[doc] = Math.max(sum[doc] ?? 0, stage);
  for (const group of plan.groups) {
    best.fill(0);
    for (const { term, weight } of group) {
      const postings = memory.postings(term);
      if (postings) raise(best, postings, weight, visible);
    }
    for (let doc = 0; doc < size; doc++) sum[doc] = (sum[doc] ?? 0) + (best[doc] ?? 0);
  }
  for (let doc = 0; doc < size; doc++) {
    const score = sum[doc] ?? 0;
    if (score > 0) keep(doc, Math.round(score * 1e6) / 1e6);
  }
  return { docs, scores };
}

/** How many visible documents have a term, in themselves or in a visible column. */
export function countDocuments(postings: Postings, visible: Visibility): number {
  if (visible.all) return postings.documents;
  const { docs, parts } = postings;
  let count = 0;
  let last = -1;
  for (let at = 0; at < docs.length; at++) {
    const doc = docs[at] ?? -1;
    if (doc === last || !visible.seesPart(parts[at] ?? -1)) continue;
    last = doc;
    if (visible.seesDocument(doc)) count++;
  }
  return count;
}

function raise(best: Float64Array, { docs, parts, impacts }: Postings, weight: number, visible: Visibility): void {
  for (let at = 0; at < docs.length; at++) {
    const doc = docs[at] ?? 0;
    const score = weight * (impacts[at] ?? 0);
    if (score > (best[doc] ?? 0) && (visible.all || visible.seesPart(parts[at] ?? -1))) best[doc] = score;
  }
}

type DocumentTest = (doc: number) => boolean;

function toTest(asked: SearchCondition, memory: SearchMemory, visible: Visibility): DocumentTest {
  const compile = (condition: SearchCondition): DocumentTest => {
    switch (condition.op) {
      case "has": {
        const numbers = condition.values.flatMap((value) => memory.numberOf(condition.facet, value) ?? []);
        const wanted = new Uint8Array(memory.valueCount());
        for (const number of numbers) wanted[number] = 1;
        return (doc) => {
          const { own, ofColumns } = memory.facets(doc);
          // WHY no `some`: it is asked of every document
          for (let at = 0; at < own.length; at++) if (wanted[own[at] ?? -1] === 1) return true;
          if (ofColumns.length === 0) return false;
          return ofColumns.some(({ value, part }) => wanted[value] === 1 && visible.seesPart(part));
        };
      }
      case "not": {
        const test = compile(condition.of);
        return (doc) => !test(doc);
      }
      case "and": {
        const tests = condition.of.map(compile);
        return (doc) => tests.every((test) => test(doc));
      }
      case "or": {
        const tests = condition.of.map(compile);
        return (doc) => tests.some((test) => test(doc));
      }
      default:
        return assertNever(condition);
    }
  };
  return compile(asked);
}

function identityMatches(db: SqliteDatabase, plan: QueryPlan): Iterable<{ doc: number; stage: number }> {
  const stages = plan.identity.flatMap(({ stage, keys }): Sql[] => {
    if (keys.length === 0) return [];
    const match =
      stage === 1
        ? joinSql(
            keys.map((key) => prefixSql("key", key)),
            "or",
          )
        : inList("key", keys);
    return [
      {
        text: `select doc, ${stage} as stage from name_key where stage = ${stage} and (${match.text})`,
        parameters: match.parameters,
      },
    ];
  });
  if (stages.length === 0) return [];
  return db
    .prepare(stages.map(({ text }) => text).join(" union all "))
    .iterate<{ doc: number; stage: number }>(stages.flatMap(({ parameters }) => parameters));
}
