import type { DecisionRequest, Subject } from "../../shared/decision.ts";
import { type CompiledPolicies, type CompiledRule, matchesObject, matchesPredicate } from "../policy/index.ts";

/** A rule with the names that its conditions read of the context and of the object; `*`: any. */
interface Reader {
  readonly rule: CompiledRule;
  readonly context: readonly string[];
  readonly object: readonly string[];
}

/** Finds what the answer to a recorded question hangs on that is not on record. */
export interface OffRecord {
  /**
   * Why the question cannot be asked again, in words; `undefined`: it can.
   * @param isAsked another party asked it, who may have said more of context and object than is on record
   */
  whyNot(request: DecisionRequest, isAsked: boolean): string | undefined;
}

/** Of rules of any of `sets`. SECURITY: what is not known is not guessed, whether it would change the answer or not. */
export function findOffRecord(sets: readonly CompiledPolicies[]): OffRecord {
  const bySubject = new WeakMap<Subject, readonly Reader[]>();
  const readersFor = (subject: Subject): readonly Reader[] => {
    let readers = bySubject.get(subject);
    if (!readers) {
      readers = sets.flatMap((policies) => policies.rulesAbout(subject).flatMap(toReader));
      bySubject.set(subject, readers);
    }
    return readers;
  };
  return {
    whyNot(request, isAsked) {
      const { subject, predicate, object, context } = request;
      const isUnknown = isAsked && object.tags.length === 0 && Object.keys(object.attributes).length === 0;
      for (const { rule, context: fromContext, object: fromObject } of readersFor(subject)) {
        if (!matchesPredicate(rule, predicate)) continue;
        const mayBeTagged = isUnknown && asksForSaidTags(rule);
        const reaches = matchesObject(mayBeTagged ? withoutTags(rule) : rule, object);
        if (!reaches) continue;
        const { id } = rule.rule;
        if (mayBeTagged) return `rule \`${id}\` looks at tags, and what the asker said of the object is not on record`;
        const missing = fromContext.find((name) => name !== "time" && (isAsked || context[name] === undefined));
        if (missing !== undefined) return `rule \`${id}\` reads \`context.${missing}\`, which is not on record`;
        const lacking = fromObject.find((name) => isAsked && object.attributes[name] === undefined);
        if (lacking !== undefined) return `rule \`${id}\` reads \`object.${lacking}\`, which is not on record`;
      }
      return undefined;
    },
  };
}

function toReader(rule: CompiledRule): Reader[] {
  const texts = rule.rule.conditions.map(({ text }) => text);
  const namesOf = (root: string): string[] =>
    texts.flatMap((text) => [
      ...[...text.matchAll(new RegExp(`\\b${root}\\s*\\.\\s*(\\w+)`, "g"))].map((match) => match[1] ?? "*"),
      // by index, or as a whole
      ...(new RegExp(`\\b${root}\\b(?!\\s*\\.)`).test(text) ? ["*"] : []),
    ]);
  const own = ["id", "type", "paths", "tags"];
  const object = namesOf("object").filter((name) => !own.includes(name));
  return [{ rule, context: namesOf("context"), object }];
}

/** Whether tags that an asker may have said are enough for it. WHY: things of the platform are known to its stores, with their tags. */
function asksForSaidTags({ tags }: CompiledRule): boolean {
  return tags?.some((all) => !all.some(({ prefix }) => prefix.startsWith("dataos:"))) ?? false;
}

function withoutTags(rule: CompiledRule): CompiledRule {
  const { deciding, number, conditions, subjects, predicates, paths } = rule;
  return { rule: rule.rule, deciding, number, conditions, subjects, predicates, paths, tags: undefined };
}
