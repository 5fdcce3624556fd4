import type { Subject } from "../../../shared/decision.ts";
import { compileGlob } from "../../../shared/glob.ts";
import type { TagExpression } from "../rule.ts";
import { matchesTags, type TagMatcher } from "./compiled-rule.ts";

/** Which audiences one subject belongs to. */
export interface KnownSubject {
  /** by audience: 1 where the subject belongs to it */
  readonly belongs: Uint8Array;
  /** the same as a list */
  readonly audiences: readonly number[];
}

// some bytes for each subject and audience
const memoBudgetBytes = 16 * 1024 * 1024;
const maxSubjects = 10_000;

/**
 * The different `subjects` that rules have, numbered. Which of them a subject belongs to is found once for a set of tags and kept
 * under the subject's id, bounded.
 */
export class Audiences {
  private readonly numbers = new Map<string, number>();
  private readonly matchers: (TagMatcher | undefined)[] = [];
  /** a literal tag -> alternatives of audiences that need it */
  private readonly byTag = new Map<string, { readonly audience: number; readonly all: TagMatcher[number] }[]>();
  /** audiences with an alternative that needs no literal tag */
  private readonly loose = new Set<number>();
  private readonly known = new Map<string, { tags: readonly string[]; readonly subject: KnownSubject }>();

  /** The number of an audience, the same for the same text. */
  numberOf(subjects: TagExpression): number {
    const key = subjects === undefined ? "" : subjects.map((all) => all.join("\n")).join("\n\n");
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.matchers.length;
    this.numbers.set(key, number);
    const matcher = subjects?.map((all) => all.map((glob) => compileGlob(glob, "tag")));
    this.matchers.push(matcher);
    if (matcher === undefined) this.loose.add(number);
    for (const all of matcher ?? []) {
      const tag = all.find(({ literal }) => literal !== undefined)?.literal;
      if (tag === undefined) this.loose.add(number);
      else if (this.byTag.has(tag)) this.byTag.get(tag)?.push({ audience: number, all });
      else this.byTag.set(tag, [{ audience: number, all }]);
    }
    return number;
  }

  /** INVARIANT: callers do not change an array of tags that they have handed in. */
  of({ id, tags }: Pick<Subject, "id" | "tags">): KnownSubject {
    const known = this.known.get(id);
    if (known !== undefined) {
      if (known.tags === tags) return known.subject;
      if (isSameList(known.tags, tags)) {
        known.tags = tags;
        return known.subject;
      }
    }
    const subject = this.find(tags);
    const room = Math.min(maxSubjects, memoBudgetBytes / (this.matchers.length + 1));
    if (this.known.size >= room) this.known.clear();
    this.known.set(id, { tags, subject });
    return subject;
  }

  private find(tags: readonly string[]): KnownSubject {
    const belongs = new Uint8Array(this.matchers.length);
    const has = (all: TagMatcher[number]): boolean => all.every((glob) => tags.some((tag) => glob.matches(tag)));
    for (const tag of tags) {
      for (const { audience, all } of this.byTag.get(tag) ?? []) {
        if (belongs[audience] === 0 && has(all)) belongs[audience] = 1;
      }
    }
    for (const audience of this.loose) {
      if (belongs[audience] === 0 && matchesTags(this.matchers[audience], tags)) belongs[audience] = 1;
    }
    const audiences: number[] = [];
    belongs.forEach((belonging, audience) => {
      if (belonging === 1) audiences.push(audience);
    });
    return { belongs, audiences };
  }
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
