import { nearest } from "../../../shared/nearest.ts";
import type { Comparison } from "../../../shared/object-filter.ts";
import {
  type ASTNode,
  type AttributeType,
  ConditionFault,
  checkCel,
  checkCidr,
  checkPattern,
  literalOf,
  parseCel,
  toExpression,
} from "./cel.ts";
import type { Condition, Operand, Scalar } from "./condition.ts";

/** What is known of attributes: name -> type. */
export interface AttributeDeclarations {
  readonly subject: ReadonlyMap<string, AttributeType>;
  readonly object: ReadonlyMap<string, AttributeType>;
  readonly context: ReadonlyMap<string, AttributeType>;
}

/** What the platform itself says of subjects, catalog entities, resources and calls. */
export const platformAttributes: AttributeDeclarations = {
  subject: new Map(),
  object: new Map(
    "kind name depot database schema datasetType owner state qualifiedName workspace layer"
      .split(" ")
      .map((name) => [name, "string"]),
  ),
  context: new Map<string, AttributeType>([
    ["ip", "string"],
    ["time", "google.protobuf.Timestamp"],
  ]),
};

export interface CompiledCondition {
  readonly condition: Condition;
  /** undeclared attributes */
  readonly warnings: readonly string[];
}

const maxTextLength = 2000;
const maxNestedLoops = 2;

/**
 * Compiles one condition.
 *
 * @param objects `stored`: the rule can be about things in a store, so only what every store can filter by may look at the object
 * @throws {ConditionFault} not CEL, an unknown function, root or operator, a wrong type, or an operator that stores cannot filter by
 */
export function compileCondition(
  text: string,
  objects: "stored" | "any",
  declared: AttributeDeclarations = platformAttributes,
): CompiledCondition {
  if (text.length > maxTextLength) {
    throw new ConditionFault(`the condition has ${text.length} characters; at most ${maxTextLength} are allowed`);
  }
  const ast = parseCel(text);
  const references = collectReferences(ast, declared);
  checkCel(text, references.types);
  return {
    condition: objects === "stored" ? lower(ast) : lowerAny(ast),
    warnings: references.undeclared.map((reference) => warnOfUndeclared(reference, declared)),
  };
}

function warnOfUndeclared(reference: string, declared: AttributeDeclarations): string {
  const root = roots.find((known) => reference.startsWith(`${known}.`)) ?? "subject";
  const meant = nearest(reference.slice(root.length + 1), [...reserved[root].keys(), ...declared[root].keys()]);
  return `attribute \`${reference}\` is not declared, so its type is not checked${meant === undefined ? "" : `; did you mean \`${root}.${meant}\`?`}`;
}

// ---- what it reads --------------------------------------------------------------------------------------------------

const roots = ["subject", "object", "context"] as const;
const reserved: Record<(typeof roots)[number], ReadonlyMap<string, AttributeType>> = {
  subject: new Map([
    ["id", "string"],
    ["type", "string"],
    ["tags", "list<string>"],
  ]),
  object: new Map([
    ["id", "string"],
    ["type", "string"],
    ["paths", "list<string>"],
    ["tags", "list<string>"],
  ]),
  context: new Map(),
};
const loops: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter"]);

interface References {
  readonly types: Map<string, Map<string, AttributeType | undefined>>;
  readonly undeclared: string[];
}

function collectReferences(ast: ASTNode, declared: AttributeDeclarations): References {
  const types: References["types"] = new Map(["", ...roots].map((root) => [root, new Map()]));
  const undeclared = new Set<string>();
  // an attribute that is itself looked into has no simple type
  const note = (root: "" | (typeof roots)[number], name: string, nested: boolean): void => {
    const type = root === "" ? declared.subject.get(name) : (reserved[root].get(name) ?? declared[root].get(name));
    if (type === undefined) undeclared.add(root === "" ? `subject.${name}` : `${root}.${name}`);
    const known = types.get(root);
    known?.set(name, nested || (known.has(name) && known.get(name) === undefined) ? undefined : type);
  };
  const visit = (node: ASTNode, bound: ReadonlySet<string>, nesting: number): void => {
    const chain = chainOf(node);
    if (chain && !bound.has(chain.root)) {
      const [first, ...rest] = chain.steps;
      const root = roots.find((name) => name === chain.root);
      if (root !== undefined) {
        // the whole of it, as in `size(subject)`, has no type worth checking
        if (first !== undefined) note(root, first, rest.length > 0);
      } else if (chain.root === "predicate") {
        if (first !== undefined) throw new ConditionFault("`predicate` is a text and has no parts");
      } else if (first === undefined || declared.subject.has(chain.root)) note("", chain.root, first !== undefined);
      else {
        throw new ConditionFault(
          `unknown root \`${chain.root}\`; conditions know \`subject\`, \`object\`, \`context\` and \`predicate\`, and a subject's attribute with parts is written \`subject.${[chain.root, ...chain.steps].join(".")}\``,
        );
      }
      return;
    }
    if (node.op === "rcall") {
      const [name, receiver, args] = node.args;
      if (name === "matches" && args[0]?.op === "value" && typeof args[0].args === "string") checkPattern(args[0].args);
      if (name === "inCidr" && args[0]?.op === "value" && typeof args[0].args === "string") checkCidr(args[0].args);
      const variable = args[0]?.op === "id" ? args[0].args : undefined;
      const isBind = name === "bind" && receiver.op === "id" && receiver.args === "cel";
      if (variable !== undefined && (loops.has(name) || isBind)) {
        if (!isBind && nesting >= maxNestedLoops) {
          throw new ConditionFault(
            `\`${name}\` is nested in ${maxNestedLoops} others; at most ${maxNestedLoops} levels are allowed`,
          );
        }
        if (!isBind) visit(receiver, bound, nesting);
        const inner = new Set([...bound, variable]);
        for (const arg of args.slice(1)) visit(arg, inner, isBind ? nesting : nesting + 1);
        return;
      }
    }
    for (const child of childrenOf(node)) visit(child, bound, nesting);
  };
  visit(ast, new Set(), 0);
  return { types, undeclared: [...undeclared].sort() };
}

/** `root.a.b` and `root["a"].b` as root and steps. */
function chainOf(node: ASTNode): { readonly root: string; readonly steps: readonly string[] } | undefined {
  if (node.op === "id") return { root: node.args, steps: [] };
  if (node.op === ".") {
    const chain = chainOf(node.args[0]);
    return chain && { root: chain.root, steps: [...chain.steps, node.args[1]] };
  }
  if (node.op === "[]") {
    const [of, index] = node.args;
    const chain = index.op === "value" && typeof index.args === "string" ? chainOf(of) : undefined;
    return chain && index.op === "value"
      ? { root: chain.root, steps: [...chain.steps, String(index.args)] }
      : undefined;
  }
  return undefined;
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  const children: ASTNode[] = [];
  const add = (part: unknown): void => {
    if (Array.isArray(part)) for (const item of part) add(item);
    else if (typeof part === "object" && part !== null && "op" in part) children.push(part as ASTNode);
  };
  add(node.args);
  return children;
}

function looksAtObject(node: ASTNode): boolean {
  return (node.op === "id" && node.args === "object") || childrenOf(node).some(looksAtObject);
}

// ---- what it becomes ------------------------------------------------------------------------------------------------

const comparisons: Partial<Record<ASTNode["op"], Comparison>> = {
  "==": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};
const turned: Record<Comparison, Comparison> = { eq: "eq", ne: "ne", lt: "gt", le: "ge", gt: "lt", ge: "le" };

/** All of CEL may look at the object. */
function lowerAny(node: ASTNode): Condition {
  return looksAtObject(node) ? { is: "expression", of: toExpression(node), looksAtObject: true } : lower(node);
}

function lower(node: ASTNode): Condition {
  if (node.op === "&&" || node.op === "||") {
    const [left, right] = node.args;
    return { is: node.op === "&&" ? "and" : "or", of: [lower(left), lower(right)] };
  }
  if (node.op === "!_") return { is: "not", of: lower(node.args) };
  return looksAtObject(node) ? lowerObject(node) : lowerPlain(node);
}

function lowerPlain(node: ASTNode): Condition {
  const comparison = comparisons[node.op];
  if (comparison && Array.isArray(node.args)) {
    const [left, right] = node.args as [ASTNode, ASTNode];
    const sides = [
      [subjectAttribute(left), literalOf(right), comparison],
      [subjectAttribute(right), literalOf(left), turned[comparison]],
    ] as const;
    for (const [attribute, literal, direction] of sides) {
      if (attribute !== undefined && isScalar(literal?.value)) {
        return { is: "subject", attribute, comparison: direction, value: literal.value };
      }
    }
  }
  return { is: "expression", of: toExpression(node), looksAtObject: false };
}

function lowerObject(node: ASTNode): Condition {
  const comparison = comparisons[node.op];
  if (comparison && Array.isArray(node.args)) {
    const [left, right] = node.args as [ASTNode, ASTNode];
    if (looksAtObject(left) && looksAtObject(right)) throw unfilterable(node, "a comparison of the object with itself");
    return looksAtObject(left)
      ? { is: "compare", attribute: objectAttribute(left), comparison, operand: operandOf(right) }
      : { is: "compare", attribute: objectAttribute(right), comparison: turned[comparison], operand: operandOf(left) };
  }
  if (node.op === "in") {
    const [item, list] = node.args;
    const chain = chainOf(list);
    const member = chain?.root === "object" && chain.steps.length === 1 ? chain.steps[0] : undefined;
    if ((member === "tags" || member === "paths") && !looksAtObject(item)) {
      return { is: "member", list: member, operand: operandOf(item) };
    }
    if (looksAtObject(list))
      throw unfilterable(node, "`in` on a list of the object other than `object.tags` and `object.paths`");
    return { is: "oneOf", attribute: objectAttribute(item), operand: operandOf(list) };
  }
  if (node.op === "call" && node.args[0] === "has" && node.args[1][0]) {
    return { is: "has", attribute: objectAttribute(node.args[1][0]) };
  }
  if (node.op === "rcall") {
    const [name, receiver, [prefix]] = node.args;
    if (name === "startsWith" && prefix && !looksAtObject(prefix)) {
      return { is: "startsWith", attribute: objectAttribute(receiver), operand: operandOf(prefix) };
    }
    throw unfilterable(node, `\`${name}\``);
  }
  if (node.op === "." || node.op === "[]") {
    return {
      is: "compare",
      attribute: objectAttribute(node),
      comparison: "eq",
      operand: { is: "literal", value: true },
    };
  }
  throw unfilterable(node, node.op === "call" ? `\`${node.args[0]}\`` : `\`${node.op.replace("_", "")}\``);
}

function operandOf(node: ASTNode): Operand {
  const literal = literalOf(node);
  if (literal === undefined) return { is: "expression", of: toExpression(node) };
  if (literal.value === null)
    throw new ConditionFault("an attribute that is null counts as missing; write `!has(object.…)` instead");
  return { is: "literal", value: literal.value };
}

function objectAttribute(node: ASTNode): string {
  const chain = chainOf(node);
  if (chain?.root !== "object" || chain.steps.length === 0) {
    throw unfilterable(
      node,
      node.op === "rcall" || node.op === "call" ? `\`${node.args[0]}\`` : `\`${node.op.replace("_", "")}\``,
    );
  }
  const [first = ""] = chain.steps;
  if (reserved.object.has(first)) {
    const instead = first === "paths" ? "the rule's paths" : "a tag like `dataos:type:dataset`";
    throw new ConditionFault(
      `\`object.${first}\` cannot be compared in a rule on stored objects; use ${instead}, or \`"…" in object.tags\``,
    );
  }
  if (chain.steps.some((step) => step.includes("."))) {
    throw new ConditionFault(
      `attribute \`${chain.steps.join(".")}\` has a \`.\` in a name, which stores cannot filter by; rename it`,
    );
  }
  return chain.steps.join(".");
}

function subjectAttribute(node: ASTNode): string | undefined {
  const chain = chainOf(node);
  if (!chain || chain.steps.some((step) => step.includes("."))) return undefined;
  if (chain.root === "subject" && chain.steps.length > 0)
    return chain.steps[0] === "tags" ? undefined : chain.steps.join(".");
  return chain.steps.length === 0 && chain.root !== "predicate" && chain.root !== "context" && !shadowed.has(chain.root)
    ? chain.root
    : undefined;
}

// bare names that mean something else on a subject
const shadowed: ReadonlySet<string> = new Set(["id", "type", "tags", "subject", "object"]);

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function unfilterable(node: ASTNode, what: string): ConditionFault {
  return new ConditionFault(
    `${what} at character ${node.start + 1} cannot be filtered by in stores; on stored objects use comparisons, \`in\`, \`startsWith\`, \`has\`, \`&&\`, \`||\` and \`!\``,
  );
}
