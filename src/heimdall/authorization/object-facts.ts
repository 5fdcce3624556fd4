import type { DecisionContext, DecisionObject, Subject } from "../../shared/decision.ts";
import type { CompiledGlob } from "../../shared/glob.ts";
import { readAttribute } from "../../shared/object-filter.ts";
import {
  type CompiledPolicies,
  type CompiledRule,
  type Condition,
  evaluateCondition,
  type MaskPolicy,
  mayBeAbout,
  rankMasks,
} from "../policy/index.ts";
import type { GuardedChange } from "../ports.ts";

/** What a rule, or a part of it, says of an object when nobody knows yet who asks. */
type Answer = "yes" | "no" | "maybe";

/**
 * What a change of an object's tags and attributes would give to somebody, in words, sorted: an allow that would reach it, a deny that
 * would not any more, a mask that would be gone or another one.
 * SECURITY: wrong answers are on the safe side: whoever may ask is taken to, and what a condition says of the asker to hold.
 */
export function findObjectFacts(policies: CompiledPolicies, change: GuardedChange): string[] {
  const { before, after, isContainer } = change;
  const facts = new Set<string>();
  for (const rule of policies.rules) {
    if (widens(rule, before, after, false) || (isContainer && widens(rule, before, after, true))) {
      const { id, effect } = rule.rule;
      facts.add(
        effect === "allow" ? `allow \`${id}\` would reach it` : `deny \`${id}\` would not hold it back any more`,
      );
    }
  }
  for (const fact of findMaskFacts(policies, change)) facts.add(fact);
  return [...facts].sort();
}

function widens(rule: CompiledRule, before: DecisionObject, after: DecisionObject, inside: boolean): boolean {
  if (whatIsRead(rule, before, inside) === whatIsRead(rule, after, inside)) return false;
  // what has more tags is reached by more allows, and held back by more denies
  const [poorer, richer] = rule.rule.effect === "allow" ? [before, after] : [after, before];
  if (inside && !gainsTags(rule, poorer, richer) && conditionsRead(rule, before) === conditionsRead(rule, after))
    return false;
  const [then, later] = [reach(rule, before, inside), reach(rule, after, inside)];
  return rule.rule.effect === "allow" ? then !== "yes" && later !== "no" : then !== "no" && later !== "yes";
}

/** @param inside of what is in the object: has its tags and others, at addresses of its own */
function reach(rule: CompiledRule, object: DecisionObject, inside: boolean): Answer {
  const { paths, tags, conditions } = rule;
  if (inside) {
    const own = spreading(object);
    if (tags?.every((all) => all.some((glob) => !mayCarry(glob, own)))) return "no";
    const carries = tags === undefined || tags.some((all) => all.every((glob) => own.some((tag) => glob.matches(tag))));
    return carries && paths === undefined && conditions.length === 0 ? "yes" : "maybe";
  }
  if (paths && !object.paths.some((path) => paths.some((glob) => glob.matches(path)))) return "no";
  if (tags && !tags.some((all) => all.every((glob) => object.tags.some((tag) => glob.matches(tag))))) return "no";
  return allOf(conditions.map((condition) => answerOf(condition, object)));
}

function answerOf(condition: Condition, object: DecisionObject): Answer {
  switch (condition.is) {
    case "and":
      return allOf(condition.of.map((part) => answerOf(part, object)));
    case "or":
      return negate(allOf(condition.of.map((part) => negate(answerOf(part, object)))));
    case "not":
      return negate(answerOf(condition.of, object));
    case "expression":
    case "subject":
      return "maybe";
    case "has":
      return readAttribute(object, condition.attribute) === undefined ? "no" : "yes";
    default: {
      if (condition.operand.is !== "literal") return "maybe";
      const answer = evaluateCondition(condition, nobody, object);
      return typeof answer === "boolean" ? (answer ? "yes" : "no") : "maybe";
    }
  }
}

function allOf(answers: readonly Answer[]): Answer {
  if (answers.includes("no")) return "no";
  return answers.includes("maybe") ? "maybe" : "yes";
}

function negate(answer: Answer): Answer {
  return answer === "maybe" ? "maybe" : answer === "yes" ? "no" : "yes";
}

const nobody: { readonly subject: Subject; readonly predicate: string; readonly context: DecisionContext } = {
  subject: { id: "", type: "person", tags: [], attributes: {} },
  predicate: "",
  context: { time: 0 },
};

function gainsTags({ tags = [] }: CompiledRule, poorer: DecisionObject, richer: DecisionObject): boolean {
  const [fewer, more] = [spreading(poorer), spreading(richer)];
  return tags.flat().some((glob) => more.some((tag) => glob.matches(tag)) && !fewer.some((tag) => glob.matches(tag)));
}

function conditionsRead({ conditions }: CompiledRule, object: DecisionObject): string {
  return JSON.stringify(conditions.map((condition) => readBy(condition, object, spreading(object))));
}

/** What the rule looks at of the object, as text: where it stays the same, so does the rule's answer. */
function whatIsRead({ paths, tags, conditions }: CompiledRule, object: DecisionObject, inside: boolean): string {
  const known = inside ? spreading(object) : object.tags;
  return JSON.stringify([
    inside ? [] : paths?.map((glob) => object.paths.some((path) => glob.matches(path))),
    tags?.map((all) => all.map((glob) => known.some((tag) => glob.matches(tag)))),
    conditions.map((condition) => readBy(condition, object, known)),
  ]);
}

function readBy(condition: Condition, object: DecisionObject, tags: readonly string[]): unknown {
  switch (condition.is) {
    case "and":
    case "or":
      return condition.of.map((part) => readBy(part, object, tags));
    case "not":
      return readBy(condition.of, object, tags);
    case "subject":
      return "";
    case "expression":
      return condition.looksAtObject ? [tags, object.paths, object.attributes] : "";
    case "member": {
      const list = condition.list === "tags" ? tags : object.paths;
      return condition.operand.is === "literal" ? list.some((item) => item === literalOf(condition)) : list;
    }
    default:
      return readAttribute(object, condition.attribute);
  }
}

function literalOf({ operand }: Condition & { is: "member" }): unknown {
  return operand.is === "literal" ? operand.value : undefined;
}

/** Tags that what is in the object has too. */
function spreading({ tags }: DecisionObject): readonly string[] {
  return [...tags.filter((tag) => !tag.startsWith("dataos:type:")), "dataos:type:entity"];
}

const innerTypes = ["database", "schema", "dataset", "column"].map((kind) => `dataos:type:${kind}`);

/** Whether a thing inside may have such a tag: of the platform's own tags it has those that are known, and that of its kind. */
function mayCarry(glob: CompiledGlob, known: readonly string[]): boolean {
  const isPlatforms = glob.prefix.startsWith("dataos:");
  return !isPlatforms || [...known, ...innerTypes].some((tag) => glob.matches(tag));
}

// ---- masks -----------------------------------------------------------------------------------------------------------

/** SECURITY: which users a mask is for does not matter here: whoever it is for sees more without it. */
function findMaskFacts(policies: CompiledPolicies, { before, column }: GuardedChange): string[] {
  if (!column) return [];
  const dataset = { paths: before.paths.map((path) => path.replace(/#.*$/, "")) };
  const about = policies.dataPolicies.filter((policy) => mayBeAbout(policy, dataset));
  const masksFor = (tags: readonly string[]): readonly MaskPolicy[] =>
    rankMasks(about, { name: column.name, dataType: "", tags });
  const [then, later] = [masksFor(column.before), masksFor(column.after)];
  const gone = then.filter((mask) => mask.operator !== "pass_through" && !later.includes(mask));
  const facts = gone.map(({ name }) => `mask \`${name}\` would not hold any more`);
  for (const [place, mask] of later.entries()) {
    if (then.includes(mask) || mask.operator === "redact") continue;
    // what it wins over is what it takes the place of
    const beaten = later.slice(place + 1).find((other) => then.includes(other) && other.operator !== "pass_through");
    if (beaten) facts.push(`\`${mask.name}\` would take the place of mask \`${beaten.name}\``);
  }
  return facts;
}
