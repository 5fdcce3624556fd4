import {
  type ASTNode,
  TypeError as CelTypeError,
  Environment,
  EvaluationError,
  ParseError,
  serialize,
} from "@marcbachmann/cel-js";
import ipaddr from "ipaddr.js";
import { RE2JS } from "re2js";
import type { Attributes, AttributeValue, DecisionObject } from "../../../shared/decision.ts";
import type { Expression, Surroundings } from "./condition.ts";

export type { ASTNode } from "@marcbachmann/cel-js";

/** Types that attributes can be declared with; `dyn` is known by name only. */
export type AttributeType = "string" | "double" | "bool" | "list<string>" | "google.protobuf.Timestamp" | "dyn";

/** A fault of a condition, as one line. */
export class ConditionFault extends Error {}

const limits = { maxAstNodes: 500, maxDepth: 40, maxListElements: 200, maxMapEntries: 50, maxCallArguments: 16 };
// WHY: the library runs patterns on a backtracking engine; calls of `matches` are renamed to this, which has as many letters
const linearMatches = "matchRE";

const base = new Environment({ unlistedVariablesAreDyn: true, limits })
  .registerFunction(`string.${linearMatches}(string): bool`, matchesLinearly)
  .registerFunction("string.inCidr(string): bool", isInCidr)
  .registerFunction("string.equals(string): bool", (text: string, other: string) => text === other)
  .registerFunction("list.pairsEqual(): bool", arePairsEqual);
// a cloned environment takes no more registrations, so evaluation and type checks use clones
const evaluating = base.clone();

/** The syntax tree of a condition. @throws {ConditionFault} it is no CEL */
export function parseCel(text: string): ASTNode {
  try {
    return evaluating.parse(text).ast;
  } catch (error) {
    throw new ConditionFault(faultOf(error, text), { cause: error });
  }
}

/**
 * Checks functions, operators and types.
 *
 * @param references attributes that the condition reads, by root (`subject`, `object`, `context`), and bare names below `""`; `undefined`
 * types are dynamic
 * @throws {ConditionFault} the first fault
 */
export function checkCel(
  text: string,
  references: ReadonlyMap<string, ReadonlyMap<string, AttributeType | undefined>>,
): void {
  const checking = base.clone().registerVariable("predicate", "string");
  for (const [root, attributes] of references) {
    const types = [...attributes].map(([name, type]) => [name, type ?? "dyn"] as const);
    if (root === "") for (const [name, type] of types) checking.registerVariable(name, type);
    else checking.registerVariable({ name: root, schema: Object.fromEntries(types) });
  }
  const result = checking.check(text);
  if (!result.valid) throw new ConditionFault(faultOf(result.error, text));
  if (result.type !== "bool" && result.type !== "dyn") {
    throw new ConditionFault(`\`${text}\` has the type ${result.type}; expected a condition that is true or false`);
  }
}

/** Makes a part of a condition ready to run. */
export function toExpression(node: ASTNode): Expression {
  const text = serialize(node);
  const run = evaluating.parse(serialize(withLinearMatches(node)));
  return {
    text,
    run(surroundings, object) {
      try {
        return { value: fromCel(run(activationOf(surroundings, object))) };
      } catch (error) {
        return {
          why:
            error instanceof EvaluationError || error instanceof CelTypeError
              ? whyFailed(error.summary)
              : `\`${text}\` failed`,
        };
      }
    },
  };
}

/** The value of a node made of literals only; `undefined` for others. */
export function literalOf(node: ASTNode): { readonly value: unknown } | undefined {
  if (node.op === "value") return { value: fromCel(node.args) };
  if (node.op === "-_") {
    const inner = literalOf(node.args);
    return typeof inner?.value === "number" ? { value: -inner.value } : undefined;
  }
  if (node.op !== "list") return undefined;
  const items = node.args.map(literalOf);
  return items.every((item) => item !== undefined) ? { value: items.map((item) => item.value) } : undefined;
}

/** Checks the pattern of `matches` where it is a literal. @throws {ConditionFault} RE2 cannot run it */
export function checkPattern(pattern: string): void {
  try {
    compilePattern(pattern);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "";
    throw new ConditionFault(
      `pattern \`${pattern}\` is not an RE2 expression (${why}); lookaheads and back references are not supported`,
    );
  }
}

function activationOf(
  { subject, predicate, context }: Surroundings,
  object: DecisionObject | undefined,
): Record<string, unknown> {
  const known = withoutNulls(subject.attributes);
  const activation: Record<string, unknown> = {
    ...known,
    subject: { ...known, id: subject.id, type: subject.type, tags: subject.tags },
    predicate,
    context: { ...withoutNulls(context), time: new Date(context.time) },
  };
  if (object) {
    const facts = { ...withoutNulls(object.attributes), paths: object.paths, tags: object.tags };
    activation.object = { ...facts, ...withoutNulls({ id: object.id, type: object.type }) };
  } else delete activation.object;
  return activation;
}

// null is "not known" (DESIGN §4), at any depth, and so are attributes that are absent
function withoutNulls(attributes: Readonly<Record<string, AttributeValue | undefined>>): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    if (value !== null && value !== undefined && key !== "__proto__") {
      known[key] = typeof value === "object" && !Array.isArray(value) ? withoutNulls(value as Attributes) : value;
    }
  }
  return known;
}

/** CEL's integers, times and maps as JSON-like values. */
function fromCel(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Map) return [...value.keys()].map(fromCel);
  if (typeof value === "object" && value !== null && "valueOf" in value) {
    const plain = (value as { valueOf(): unknown }).valueOf();
    return typeof plain === "bigint" ? Number(plain) : value;
  }
  return value;
}

function withLinearMatches(node: ASTNode): ASTNode {
  const copy = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(copy);
    if (typeof part !== "object" || part === null || !("op" in part)) return part;
    const { op, args } = part as ASTNode;
    const copied = copy(args);
    if (op === "rcall" && Array.isArray(copied) && copied[0] === "matches") copied[0] = linearMatches;
    return { op, args: copied };
  };
  return copy(node) as ASTNode;
}

const patterns = new Map<string, RE2JS>();
const maxPatterns = 500;

function compilePattern(pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known) return known;
  const compiled = RE2JS.compile(pattern);
  if (patterns.size >= maxPatterns) patterns.clear();
  patterns.set(pattern, compiled);
  return compiled;
}

function matchesLinearly(text: string, pattern: string): boolean {
  return compilePattern(pattern).matcher(text).find();
}

/** Whether an address lies in a range; an IPv4 address written as IPv6 is the same address. */
function isInCidr(address: string, range: string): boolean {
  const [net, bits] = parseCidr(range);
  if (!ipaddr.isValid(address)) throw new EvaluationError(`\`${address.slice(0, 64)}\` is not an IP address`);
  const given = ipaddr.process(address);
  return given.kind() === net.kind() && given.match([net, bits] as never);
}

/** Whether a list has pairs of equal texts only, and at least one. */
function arePairsEqual(pairs: readonly unknown[]): boolean {
  const isEqual = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string" && pair[0] === pair[1];
  return pairs.length > 0 && pairs.every(isEqual);
}

/** @throws {EvaluationError} it is no range */
function parseCidr(range: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (!ipaddr.isValidCIDR(range)) throw new EvaluationError(`\`${range.slice(0, 64)}\` is not a range of addresses`);
  return ipaddr.parseCIDR(range);
}

/** Checks the range of `inCidr` where it is a literal. @throws {ConditionFault} it is none */
export function checkCidr(range: string): void {
  if (ipaddr.isValidCIDR(range)) return;
  throw new ConditionFault(
    `\`${range.slice(0, 64)}\` is not a range of IP addresses; expected one like \`10.0.0.0/8\` or \`2001:db8::/32\``,
  );
}

function faultOf(error: unknown, text: string): string {
  if (!(error instanceof ParseError || error instanceof CelTypeError))
    return `\`${text.slice(0, 80)}\` is not a condition in CEL`;
  const { range, summary } = error;
  const part = range && range.end > range.start ? text.slice(range.start, range.end) : "";
  const place = range ? ` at character ${range.start + 1}` : "";
  const hint = error instanceof ParseError && range ? hintAt(text.slice(range.start)) : "";
  return `${toLine(summary)}${place}${part === "" || part === text ? "" : `, in \`${part}\``}${hint}`;
}

/** What people mean who write it as other languages do. */
const slips: ReadonlyMap<string, string> = new Map([
  ["=", "`==` to compare"],
  ["~", "`matches(…)` for a pattern"],
  ["&", "`&&` for and"],
  ["and", "`&&` for and"],
  ["|", "`||` for or"],
  ["or", "`||` for or"],
]);

function hintAt(rest: string): string {
  if (rest === "") return "; the condition ends too early";
  const meant = slips.get((/^(?:=~?|~|&|\||and\b|or\b)/i.exec(rest)?.[0] ?? "").toLowerCase().replace("=~", "~"));
  return meant === undefined ? "" : `; write ${meant}`;
}

/** What went wrong in a condition that was checked, so that its functions are known and what they are given may not fit. */
function whyFailed(summary: string): string {
  const call = /^found no matching overload for '(?:(\w+)\.)?(\w+)\((.*)\)'/.exec(summary);
  return call ? `\`${call[2]}\` does not take ${call[1] ?? (call[3] || "nothing")}` : toLine(summary);
}

function toLine(summary: string): string {
  // the library's names for types that are declared inline
  const line = (summary.split("\n")[0] ?? "")
    .replace(/\$(subject|object|context)/g, "$1")
    .replace("google.protobuf.Timestamp", "timestamp");
  const unknown = /^No such key: (.*)$/.exec(line) ?? /^Unknown variable: (.*)$/.exec(line);
  if (unknown) return `no such attribute \`${unknown[1]}\``;
  const operator = /^no such overload: (\S+) (\S+) (\S+)$/.exec(line);
  if (operator) return `\`${operator[2]}\` does not take ${operator[1]} and ${operator[3]}`;
  const call = /^found no matching overload for '(.*)'$/.exec(line);
  if (call) return `unknown function \`${call[1]}\``;
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`.replace(/\.$/, "");
}
