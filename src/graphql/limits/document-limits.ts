import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { LimitError } from "../errors/format-error.ts";

/** Most tokens of a document; the parser stops there. */
export const maxTokens = 2_000;

const maxDepth = 12;
const maxAliases = 15;
const maxDirectives = 50;
/** GraphiQL's own question is 13 levels deep. */
const maxIntrospectionDepth = 15;

interface Measure {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly directives: number;
}

const nothing: Measure = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0 };

/**
 * Refuses an operation that is too deep or repeats itself too often, with its fragments written out. Costs one visit of each
 * node of the document, however the fragments refer to each other. The document has passed validation: no circles.
 * @throws {LimitError} which limit, the value and what is allowed
 */
export function checkDocument(document: DocumentNode, operation: OperationDefinitionNode): void {
  const { depth, introspectionDepth, aliases, directives } = measureOperation(document, operation);
  refuseAbove("levels deep", depth, maxDepth);
  refuseAbove("levels deep in introspection", introspectionDepth, maxIntrospectionDepth);
  refuseAbove("aliases", aliases, maxAliases);
  refuseAbove("directives", directives, maxDirectives);
}

function refuseAbove(what: string, value: number, limit: number): void {
  if (value <= limit) return;
  throw new LimitError(
    `the operation has ${value} ${what}, at most ${limit} are answered; split it into several`,
    "COST_LIMIT",
  );
}

function measureOperation(document: DocumentNode, operation: OperationDefinitionNode): Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const measured = new Map<string, Measure>();

  const ofSet = (set: SelectionSetNode | undefined): Measure =>
    (set?.selections ?? []).map(ofSelection).reduce(beside, nothing);

  function ofSelection(node: SelectionNode): Measure {
    const directives = node.directives?.length ?? 0;
    if (node.kind === Kind.FRAGMENT_SPREAD) return withDirectives(ofFragment(node.name.value), directives);
    const inner = ofSet(node.selectionSet);
    if (node.kind === Kind.INLINE_FRAGMENT) return withDirectives(inner, directives);
    const introspects = node.name.value === "__schema" || node.name.value === "__type";
    const depth = 1 + inner.depth;
    return {
      depth: introspects ? 1 : depth,
      introspectionDepth: introspects ? depth : inner.introspectionDepth,
      aliases: inner.aliases + (node.alias ? 1 : 0),
      directives: inner.directives + directives,
    };
  }

  function ofFragment(name: string): Measure {
    const known = measured.get(name);
    if (known) return known;
    const measure = ofSet(fragments.get(name)?.selectionSet);
    measured.set(name, measure);
    return measure;
  }

  return withDirectives(ofSet(operation.selectionSet), operation.directives?.length ?? 0);
}

function beside(a: Measure, b: Measure): Measure {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
  };
}

function withDirectives(measure: Measure, more: number): Measure {
  return more === 0 ? measure : { ...measure, directives: measure.directives + more };
}
