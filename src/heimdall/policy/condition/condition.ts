import { assertNever } from "../../../shared/brand.ts";
import type { DecisionContext, DecisionObject, Subject } from "../../../shared/decision.ts";
import { escapeGlob } from "../../../shared/glob.ts";
import {
  allObjects,
  andFilters,
  type Comparison,
  compareValues,
  noObjects,
  notFilter,
  type ObjectFilter,
  orFilters,
  readAttribute,
} from "../../../shared/object-filter.ts";

export type Scalar = string | number | boolean;

/** What a condition can look at besides the object. */
export interface Surroundings {
  readonly subject: Subject;
  readonly predicate: string;
  readonly context: DecisionContext;
}

/** A condition could not be evaluated; `why` is one line. */
export interface Indeterminate {
  readonly why: string;
}

/** A part of a condition that does not look at the object: any CEL. Answers JSON-like values, or why it has none. */
export interface Expression {
  readonly text: string;
  /** `object` only where the rule may look at it with all of CEL */
  run(surroundings: Surroundings, object: DecisionObject | undefined): { readonly value: unknown } | Indeterminate;
}

export type Operand =
  | { readonly is: "literal"; readonly value: unknown }
  | { readonly is: "expression"; readonly of: Expression };

/**
 * A compiled condition. Its parts that look at the object are those that every store can filter by, so that one form gives the
 * answer for one object and the filter for all.
 */
export type Condition =
  | { readonly is: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly is: "not"; readonly of: Condition }
  /** does not look at the object, or looks at it with all of CEL */
  | { readonly is: "expression"; readonly of: Expression; readonly looksAtObject: boolean }
  /** a comparison of a subject attribute with a constant, the commonest of all */
  | { readonly is: "subject"; readonly attribute: string; readonly comparison: Comparison; readonly value: Scalar }
  | { readonly is: "compare"; readonly attribute: string; readonly comparison: Comparison; readonly operand: Operand }
  | { readonly is: "oneOf"; readonly attribute: string; readonly operand: Operand }
  | { readonly is: "startsWith"; readonly attribute: string; readonly operand: Operand }
  | { readonly is: "has"; readonly attribute: string }
  | { readonly is: "member"; readonly list: "tags" | "paths"; readonly operand: Operand };

/** Whether the condition holds for one object; `&&` and `||` are decided by either side, as CEL says. */
export function evaluate(
  condition: Condition,
  surroundings: Surroundings,
  object: DecisionObject,
): boolean | Indeterminate {
  switch (condition.is) {
    case "and":
    case "or": {
      const decisive = condition.is === "or";
      let failed: Indeterminate | undefined;
      for (const part of condition.of) {
        const answer = evaluate(part, surroundings, object);
        if (answer === decisive) return decisive;
        if (typeof answer !== "boolean") failed ??= answer;
      }
      return failed ?? !decisive;
    }
    case "not": {
      const answer = evaluate(condition.of, surroundings, object);
      return typeof answer === "boolean" ? !answer : answer;
    }
    case "expression":
      return toBoolean(condition.of, surroundings, condition.looksAtObject ? object : undefined);
    case "subject":
      return compareSubject(condition, surroundings);
    case "has":
      return readAttribute(object, condition.attribute) !== undefined;
    case "member": {
      const text = shortText(condition.operand, surroundings);
      if (typeof text !== "string") return text;
      return object[condition.list].includes(text);
    }
    case "compare":
    case "oneOf":
    case "startsWith": {
      const actual = readAttribute(object, condition.attribute);
      if (actual === undefined) return { why: `no such attribute \`object.${condition.attribute}\`` };
      if (condition.is === "startsWith") return startsWith(condition, actual, surroundings);
      if (condition.is === "oneOf") {
        const list = scalars(condition.operand, surroundings);
        return "why" in list ? list : list.some((value) => compareValues(actual, "eq", value));
      }
      const expected = scalar(condition.operand, surroundings);
      if (typeof expected === "object") return expected;
      return compareOrFail(actual, condition.comparison, expected, `object.${condition.attribute}`);
    }
    default:
      return assertNever(condition);
  }
}

/** For all objects at once: those for which the condition is true, and those for which it is false; for the rest it fails. */
export interface Residual {
  readonly whenTrue: ObjectFilter;
  readonly whenFalse: ObjectFilter;
}

/**
 * What is left of the condition when the object is not known yet.
 *
 * @param assumedTags tags that every object in question has, whether stored or not
 */
export function toResidual(
  condition: Condition,
  surroundings: Surroundings,
  assumedTags: readonly string[] = [],
): Residual {
  switch (condition.is) {
    case "and":
    case "or": {
      const parts = condition.of.map((part) => toResidual(part, surroundings, assumedTags));
      const trues = parts.map(({ whenTrue }) => whenTrue);
      const falses = parts.map(({ whenFalse }) => whenFalse);
      return condition.is === "and"
        ? { whenTrue: andFilters(trues), whenFalse: orFilters(falses) }
        : { whenTrue: orFilters(trues), whenFalse: andFilters(falses) };
    }
    case "not": {
      const { whenTrue, whenFalse } = toResidual(condition.of, surroundings, assumedTags);
      return { whenTrue: whenFalse, whenFalse: whenTrue };
    }
    case "expression":
      return condition.looksAtObject ? failing : constant(toBoolean(condition.of, surroundings, undefined));
    case "subject":
      return constant(compareSubject(condition, surroundings));
    case "has": {
      const has: ObjectFilter = { op: "hasAttribute", attribute: condition.attribute };
      return { whenTrue: has, whenFalse: notFilter(has) };
    }
    case "member": {
      const text = shortText(condition.operand, surroundings);
      if (typeof text !== "string") return failing;
      if (condition.list === "tags" && assumedTags.includes(text)) return constant(true);
      const member: ObjectFilter = { op: condition.list === "tags" ? "tag" : "path", glob: escapeGlob(text) };
      return { whenTrue: member, whenFalse: notFilter(member) };
    }
    case "compare": {
      const value = scalar(condition.operand, surroundings);
      if (typeof value === "object") return failing;
      const { attribute, comparison } = condition;
      return {
        whenTrue: { op: "compare", attribute, comparison, value },
        whenFalse: { op: "compare", attribute, comparison: opposite[comparison], value },
      };
    }
    case "oneOf": {
      const list = scalars(condition.operand, surroundings);
      if ("why" in list) return failing;
      const { attribute } = condition;
      const each = (comparison: Comparison): ObjectFilter[] =>
        list.map((value) => ({ op: "compare", attribute, comparison, value }));
      return {
        whenTrue: orFilters(each("eq")),
        whenFalse: andFilters([{ op: "hasAttribute", attribute }, ...each("ne")]),
      };
    }
    case "startsWith": {
      const { attribute } = condition;
      const prefix = textOf(condition.operand, surroundings);
      if (typeof prefix !== "string") return failing;
      const starts: ObjectFilter = { op: "startsWith", attribute, prefix };
      // every text is at least the empty one, and nothing else is
      const isText: ObjectFilter = { op: "compare", attribute, comparison: "ge", value: "" };
      return { whenTrue: starts, whenFalse: andFilters([isText, notFilter(starts)]) };
    }
    default:
      return assertNever(condition);
  }
}

const failing: Residual = { whenTrue: noObjects, whenFalse: noObjects };
// INVARIANT: comparisons of different types are false both ways, except that `eq` and `ne` exclude each other
const opposite: Record<Comparison, Comparison> = { eq: "ne", ne: "eq", lt: "ge", ge: "lt", gt: "le", le: "gt" };
const maxGlobText = 400;

function constant(answer: boolean | Indeterminate): Residual {
  if (typeof answer !== "boolean") return failing;
  return answer ? { whenTrue: allObjects, whenFalse: noObjects } : { whenTrue: noObjects, whenFalse: allObjects };
}

function toBoolean(
  of: Expression,
  surroundings: Surroundings,
  object: DecisionObject | undefined,
): boolean | Indeterminate {
  const answer = of.run(surroundings, object);
  if ("why" in answer) return answer;
  return typeof answer.value === "boolean" ? answer.value : { why: `\`${of.text}\` is neither true nor false` };
}

function compareSubject(condition: Condition & { is: "subject" }, { subject }: Surroundings): boolean | Indeterminate {
  const actual = readSubject(subject, condition.attribute);
  if (actual === undefined) return { why: `no such attribute \`subject.${condition.attribute}\`` };
  return compareOrFail(actual, condition.comparison, condition.value, `subject.${condition.attribute}`);
}

function readSubject(subject: Subject, attribute: string): unknown {
  if (attribute === "id") return subject.id;
  if (attribute === "type") return subject.type;
  return readAttribute(subject, attribute);
}

function compareOrFail(
  actual: unknown,
  comparison: Comparison,
  expected: Scalar,
  what: string,
): boolean | Indeterminate {
  if (comparison !== "eq" && comparison !== "ne" && typeof actual !== typeof expected) {
    return { why: `\`${what}\` is not a ${typeof expected}` };
  }
  return compareValues(actual, comparison, expected);
}

function startsWith(
  condition: Condition & { is: "startsWith" },
  actual: unknown,
  surroundings: Surroundings,
): boolean | Indeterminate {
  const prefix = textOf(condition.operand, surroundings);
  if (typeof prefix !== "string") return prefix;
  return typeof actual === "string"
    ? actual.startsWith(prefix)
    : { why: `\`object.${condition.attribute}\` is not a string` };
}

function operandValue(operand: Operand, surroundings: Surroundings): { readonly value: unknown } | Indeterminate {
  return operand.is === "literal" ? operand : operand.of.run(surroundings, undefined);
}

function scalar(operand: Operand, surroundings: Surroundings): Scalar | Indeterminate {
  const answer = operandValue(operand, surroundings);
  if ("why" in answer) return answer;
  return isScalar(answer.value)
    ? answer.value
    : { why: "an attribute is compared with what is no text, number or truth value" };
}

function scalars(operand: Operand, surroundings: Surroundings): readonly Scalar[] | Indeterminate {
  const answer = operandValue(operand, surroundings);
  if ("why" in answer) return answer;
  const list = Array.isArray(answer.value) ? answer.value : undefined;
  return list?.every(isScalar) ? list : { why: "the right side of `in` is no list of texts, numbers or truth values" };
}

function textOf(operand: Operand, surroundings: Surroundings): string | Indeterminate {
  const value = scalar(operand, surroundings);
  return typeof value === "string" || typeof value === "object" ? value : { why: `\`${value}\` is not a string` };
}

function shortText(operand: Operand, surroundings: Surroundings): string | Indeterminate {
  const text = textOf(operand, surroundings);
  return typeof text === "string" && text.length > maxGlobText
    ? { why: `a tag or path of more than ${maxGlobText} characters is looked for` }
    : text;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && !Number.isNaN(value));
}
