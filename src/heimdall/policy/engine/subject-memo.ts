import { type CompiledRule, matchesTags } from "./compiled-rule.ts";

const unknown = 0;
const applying = 1;
const notApplying = 2;
const maxSubjects = 1000;

/** What is known of which rules are about one subject, by rule number. */
export type SubjectRules = Uint8Array;

/** Which rules are about a subject, found once per set of tags. Bounded: 1,000 subjects x one byte a rule. */
export interface SubjectMemo {
  for(tags: readonly string[]): SubjectRules;
}

export function createSubjectMemo(ruleCount: number): SubjectMemo {
  const known = new Map<string, SubjectRules>();
  // callers hand in the same array for the same subject most of the time
  let byArray = new WeakMap<readonly string[], SubjectRules>();
  return {
    for(tags) {
      const seen = byArray.get(tags);
      if (seen) return seen;
      const key = tags.join("\n");
      let rules = known.get(key);
      if (!rules) {
        if (known.size >= maxSubjects) {
          known.clear();
          byArray = new WeakMap();
        }
        rules = new Uint8Array(ruleCount);
        known.set(key, rules);
      }
      byArray.set(tags, rules);
      return rules;
    },
  };
}

/** Whether it is known that rule `number` is not about the subject. */
export function isRuledOut(subject: SubjectRules, number: number): boolean {
  return subject[number] === notApplying;
}

/** Whether `rule` is about the subject with these tags. */
export function isAboutSubject(subject: SubjectRules, rule: CompiledRule, tags: readonly string[]): boolean {
  const answer = subject[rule.number];
  if (answer !== unknown) return answer === applying;
  const matches = matchesTags(rule.subjects, tags);
  subject[rule.number] = matches ? applying : notApplying;
  return matches;
}
