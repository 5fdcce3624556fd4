import { assertNever } from "../../../shared/brand.ts";
import type { AttributeValue, DecisionRequest } from "../../../shared/decision.ts";
import { type Comparison, readAttribute } from "../../../shared/object-filter.ts";
import { type Condition, evaluate, type Operand, type Scalar } from "../condition/condition.ts";
import type { Change } from "./change.ts";

/** What a condition would have had to find, and what it found; both in words. */
export interface Gap {
  readonly expected: string;
  readonly actual: string;
}

/** Why the condition is not `wanted`: of what is joined by `&&` the first part that is not. */
export function explainGap(condition: Condition, request: DecisionRequest, wanted = true): Gap {
  switch (condition.is) {
    case "not":
      return explainGap(condition.of, request, !wanted);
    case "and":
    case "or": {
      const failing = condition.of.filter((part) => evaluate(part, request, request.object) !== wanted);
      const gaps = failing.map((part) => explainGap(part, request, wanted));
      const [first] = gaps;
      if ((condition.is === "and") === wanted && first) return first;
      return {
        expected: gaps.map(({ expected }) => expected).join(" or "),
        actual: [...new Set(gaps.map(({ actual }) => actual))].join(", "),
      };
    }
    case "expression": {
      const answer = evaluate(condition, request, request.object);
      return {
        expected: `\`${condition.of.text}\` is ${wanted}`,
        actual: typeof answer === "boolean" ? String(answer) : answer.why,
      };
    }
    case "subject":
      return {
        expected: `\`subject.${condition.attribute}\` ${wordOf(condition.comparison, wanted)} ${show(condition.value)}`,
        actual: show(readSubject(request, condition.attribute)),
      };
    case "compare":
    case "oneOf":
    case "startsWith": {
      const word = condition.is === "compare" ? wordOf(condition.comparison, wanted) : wordOfList(condition.is, wanted);
      return {
        expected: `\`object.${condition.attribute}\` ${word} ${show(operandValue(condition.operand, request))}`,
        actual: show(readAttribute(request.object, condition.attribute)),
      };
    }
    case "has":
      return {
        expected: `\`object.${condition.attribute}\` is ${wanted ? "there" : "absent"}`,
        actual: show(readAttribute(request.object, condition.attribute)),
      };
    case "member":
      return {
        expected: `${show(operandValue(condition.operand, request))} is ${wanted ? "" : "not "}among \`object.${condition.list}\``,
        actual: show(request.object[condition.list].slice(0, 20)),
      };
    default:
      return assertNever(condition);
  }
}

/** Changes that make the condition `wanted`; `undefined`: nothing simple does. The caller tries them. */
export function closeGap(condition: Condition, request: DecisionRequest, wanted = true): readonly Change[] | undefined {
  if (evaluate(condition, request, request.object) === wanted) return [];
  switch (condition.is) {
    case "not":
      return closeGap(condition.of, request, !wanted);
    case "and":
    case "or": {
      const parts = condition.of.map((part) => closeGap(part, request, wanted));
      if ((condition.is === "and") === wanted) {
        return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
      }
      return parts.find((part) => part !== undefined);
    }
    case "expression":
      return undefined;
    case "subject": {
      const { attribute, comparison, value } = condition;
      if (attribute === "id" || attribute === "type") return undefined;
      return set("subject", attribute, valueFor(wanted ? comparison : opposite[comparison], value));
    }
    case "compare": {
      const value = operandValue(condition.operand, request);
      if (!isScalar(value)) return undefined;
      const comparison = wanted ? condition.comparison : opposite[condition.comparison];
      return set("object", condition.attribute, valueFor(comparison, value));
    }
    case "oneOf": {
      const list = operandValue(condition.operand, request);
      if (!Array.isArray(list) || !list.every(isScalar)) return undefined;
      const other = `${list.filter((item) => typeof item === "string").join("")}x`;
      return set("object", condition.attribute, wanted ? list[0] : other);
    }
    case "startsWith": {
      const prefix = operandValue(condition.operand, request);
      if (typeof prefix !== "string") return undefined;
      const other = prefix === "" ? undefined : prefix.startsWith("x") ? "y" : "x";
      return set("object", condition.attribute, wanted ? prefix : other);
    }
    case "has":
      if (wanted) return set("object", condition.attribute, "x");
      return [{ change: "setAttribute", of: "object", attribute: condition.attribute, value: undefined }];
    case "member": {
      const text = operandValue(condition.operand, request);
      if (typeof text !== "string") return undefined;
      if (condition.list === "tags") {
        return [wanted ? { change: "addObjectTag", tag: text, glob: text } : { change: "removeObjectTag", tag: text }];
      }
      return [
        wanted ? { change: "addObjectPath", path: text, glob: text } : { change: "removeObjectPath", path: text },
      ];
    }
    default:
      return assertNever(condition);
  }
}

const opposite: Record<Comparison, Comparison> = { eq: "ne", ne: "eq", lt: "ge", ge: "lt", gt: "le", le: "gt" };
const words: Record<Comparison, string> = {
  eq: "equals",
  ne: "differs from",
  lt: "is less than",
  le: "is at most",
  gt: "is more than",
  ge: "is at least",
};

function wordOf(comparison: Comparison, wanted: boolean): string {
  return words[wanted ? comparison : opposite[comparison]];
}

function wordOfList(is: "oneOf" | "startsWith", wanted: boolean): string {
  if (is === "oneOf") return wanted ? "is one of" : "is none of";
  return wanted ? "starts with" : "does not start with";
}

function set(of: "subject" | "object", attribute: string, value: Scalar | undefined): readonly Change[] | undefined {
  return value === undefined ? undefined : [{ change: "setAttribute", of, attribute, value }];
}

/** A value that compares so with `value`; `undefined`: there is none. */
function valueFor(comparison: Comparison, value: Scalar): Scalar | undefined {
  switch (comparison) {
    case "eq":
    case "le":
    case "ge":
      return value;
    case "ne":
      return typeof value === "number" ? value + 1 : typeof value === "string" ? `${value}x` : !value;
    case "gt":
      return typeof value === "number" ? value + 1 : typeof value === "string" ? `${value}x` : value ? undefined : true;
    case "lt":
      if (typeof value === "number") return value - 1;
      if (typeof value === "string") return value === "" ? undefined : "";
      return value ? false : undefined;
    default:
      return assertNever(comparison);
  }
}

function operandValue(operand: Operand, request: DecisionRequest): unknown {
  const answer = operand.is === "literal" ? operand : operand.of.run(request, undefined);
  return "why" in answer ? undefined : answer.value;
}

function readSubject({ subject }: DecisionRequest, attribute: string): unknown {
  return attribute === "id" || attribute === "type" ? subject[attribute] : readAttribute(subject, attribute);
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

const maxShown = 300;

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value as AttributeValue);
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}
