import { type CompiledRule, matchesTags } from "./compiled-rule.ts";

const unknown = 0;
const yes = 1;
const no = 2;
const maxSubjects = 1000;

/** Which rules are about a subject, found once per set of tags. Bounded: 1,000 subjects x one byte a rule. */
export interface SubjectMemo {
  applies(rule: CompiledRule, tags: readonly string[]): boolean;
}

export function createSubjectMemo(rules: readonly CompiledRule[]): SubjectMemo {
  const numbers = new Map(rules.map((rule, number) => [rule, number]));
  const known = new Map<string, Uint8Array>();
  // callers hand in the same array for the same subject most of the time
  let lastTags: readonly string[] | undefined;
  let last = new Uint8Array(0);
  const memoOf = (tags: readonly string[]): Uint8Array => {
    const key = tags.join("\n");
    let memo = known.get(key);
    if (!memo) {
      if (known.size >= maxSubjects) known.clear();
      memo = new Uint8Array(rules.length);
      known.set(key, memo);
    }
    return memo;
  };
  return {
    applies(rule, tags) {
      if (rule.subjects === undefined) return true;
      if (tags !== lastTags) {
        last = memoOf(tags) as Uint8Array<ArrayBuffer>;
        lastTags = tags;
      }
      const number = numbers.get(rule) ?? 0;
      const answer = last[number] ?? unknown;
      if (answer !== unknown) return answer === yes;
      const matches = matchesTags(rule.subjects, tags);
      last[number] = matches ? yes : no;
      return matches;
    },
  };
}
