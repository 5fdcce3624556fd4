import type { DecisionObject } from "../../shared/decision.ts";
import { type ObjectFilter, orFilters } from "../../shared/object-filter.ts";
import type { ObjectLister } from "../ports.ts";
import { collectionOf, contextOf, describeObject, policiesOf } from "./ask.ts";
import { checkFirst, placesOf } from "./place.ts";
import type { FoundResource, ResourceQuestion, SearchAnswer, SearchPage, SearchWorld } from "./types.ts";

/** Candidates looked at for one page. */
const maxExamined = 5_000;
const pageSize = 100;

/** In which lister, behind which of its items. */
type Place = readonly [lister: number, after: string | null];

/**
 * Every stored object on which the subject may, lister by lister, with the rules that say so. The stores look for candidates by
 * the residual condition; each is then decided on its own, as `check` would.
 * @throws {BadInputError} `page.first` is out of range, or `page.after` is no token of this search
 * @throws {UnavailableError} the policies could not be verified lately
 */
export async function searchResources(
  world: SearchWorld,
  question: ResourceQuestion,
  page: SearchPage,
): Promise<SearchAnswer<FoundResource>> {
  const first = checkFirst(page.first);
  const places = placesOf(["resources", question], parsePlace);
  const [startLister, startAfter] = places.open(page.after) ?? [0, null];
  const policies = policiesOf(world);
  const { subject, predicate, type } = question;
  const asked = {
    subject,
    predicate,
    context: contextOf(world, question.context),
    ...collectionOf(question.collection),
  };
  const filter = orFilters([policies.filterFor(asked), inSeveralStores]);
  const items: SearchAnswer<FoundResource>["items"][number][] = [];
  const answer = (from: Place | undefined, stopped?: "budget"): SearchAnswer<FoundResource> => ({
    items,
    next: from === undefined ? undefined : places.token(from),
    stopped,
    policyVersion: policies.version,
  });
  let examined = 0;
  let last: Place = [startLister, startAfter];
  for (const [index, lister] of world.listers.entries()) {
    if (index < startLister) continue;
    for (let after = index === startLister ? (startAfter ?? undefined) : undefined; ; ) {
      const listed = await lister.list({ type, filter }, { first: pageSize, after });
      for (const { cursor, object: found } of listed.items) {
        if (examined === maxExamined) return answer(last, "budget");
        examined++;
        if (!(await isFoundBefore(world.listers.slice(0, index), found, type))) {
          const object = await describeObject(world, named(found));
          const decision = policies.decide({ ...asked, object });
          if (decision.effect === "allow") {
            if (items.length === first) return answer(last);
            items.push({ cursor: places.token([index, cursor]), node: { object, decision } });
          }
        }
        last = [index, cursor];
        after = cursor;
      }
      if (!listed.hasNextPage) break;
    }
  }
  return answer(undefined);
}

// WHY: a depot is in the catalog and among the resources, and decided with what both know; neither's filter alone can tell
const inSeveralStores: ObjectFilter = orFilters([
  { op: "tag", glob: "dataos:type:depot" },
  { op: "tag", glob: "dataos:resource:depot" },
]);

/** The object by its name alone, so that it is decided as a question that names it would be. */
export function named(object: DecisionObject): DecisionObject {
  return { paths: object.paths.slice(0, 1), tags: [], attributes: {} };
}

/** Whether an earlier lister has the same object under the type that is searched. */
export async function isFoundBefore(
  listers: readonly ObjectLister[],
  object: DecisionObject,
  type: string | undefined,
): Promise<boolean> {
  for (const lister of listers) {
    const asked = named(object);
    const known = await lister.describe(asked);
    if (known === asked) continue;
    if (type === undefined || known.type === type || known.tags.includes(`dataos:type:${type}`)) return true;
  }
  return false;
}

function parsePlace(value: unknown): Place | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [lister, after] = value as readonly unknown[];
  const isPlace = typeof lister === "number" && Number.isInteger(lister) && lister >= 0;
  return isPlace && (typeof after === "string" || after === null) ? [lister, after] : undefined;
}
