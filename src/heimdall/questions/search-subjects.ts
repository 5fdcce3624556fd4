import { collectionOf, contextOf, describeObject, policiesOf } from "./ask.ts";
import { checkFirst, parseText, placesOf } from "./place.ts";
import type { FoundSubject, SearchAnswer, SearchPage, SearchWorld, SubjectQuestion } from "./types.ts";

/** Subjects looked at for one page. */
const maxExamined = 50_000;

/**
 * Every known subject that may, by id, with the rules that say so.
 * @throws {BadInputError} `page.first` is out of range, or `page.after` is no token of this search
 * @throws {UnavailableError} the policies could not be verified lately
 */
export async function searchSubjects(
  world: SearchWorld,
  question: SubjectQuestion,
  page: SearchPage,
): Promise<SearchAnswer<FoundSubject>> {
  const first = checkFirst(page.first);
  const places = placesOf(["subjects", question], parseText);
  const after = places.open(page.after);
  const policies = policiesOf(world);
  const { predicate, collection, type } = question;
  const context = contextOf(world, question.context);
  const [object, subjects] = await Promise.all([describeObject(world, question.object), world.subjects()]);
  const items: SearchAnswer<FoundSubject>["items"][number][] = [];
  const answer = (from: string | undefined, stopped?: "budget"): SearchAnswer<FoundSubject> => ({
    items,
    next: from === undefined ? undefined : places.token(from),
    stopped,
    policyVersion: policies.version,
  });
  let examined = 0;
  let last = after ?? "";
  // WHY sorted here: stores may order texts by the customs of a language
  for (const subject of [...subjects].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (after !== undefined && subject.id <= after) continue;
    if (type !== undefined && subject.type !== type) continue;
    if (examined === maxExamined) return answer(last, "budget");
    examined++;
    const decision = policies.decide({ subject, predicate, object, context, ...collectionOf(collection) });
    if (decision.effect === "allow") {
      if (items.length === first) return answer(last);
      items.push({ cursor: places.token(subject.id), node: { subject, decision } });
    }
    last = subject.id;
  }
  return answer(undefined);
}
