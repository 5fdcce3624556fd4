import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { LimitError } from "../errors/format-error.ts";

/**
 * What an operation may cost. A cost is the number of objects that the answer may hold, estimated before anything is read:
 * - an object is 1; scalars come with their object
 * - a list counts its elements: as many as `first` (or `maxNodes`) asks for, else `assumedListSize`
 * - a field that asks a store for itself counts `storeCalls` more, once per object it is asked on
 * Introspection counts nothing: it reads no data and has a depth limit of its own.
 */
export const maxCost = 50_000;

const assumedListSize = 10;
const assumedColumns = 50;
/** Fields that no loader collects. */
const storeCalls: Readonly<Record<string, number>> = {
  "Entity.children": 10,
  "Resource.events": 10,
  "Resource.versions": 10,
  "Resource.diff": 10,
  "Resource.dependencies": 10,
  "Resource.dependents": 100,
  "Decision.whyNot": 100,
};
/** Root fields that read a whole log or much of a graph, or write projections. */
const heavy: Readonly<Record<string, number>> = {
  "Query.impact": 5_000,
  "Query.auditVerification": 1_000,
  "Query.whoCan": 1_000,
  "Query.searchResources": 1_000,
  "Query.whatCan": 5_000,
  "Mutation.rebuildProjections": 10_000,
};

/**
 * The cost of a validated operation with its variables' values. Costs one visit of each node of the document.
 * @throws {LimitError} `COST_LIMIT` above `maxCost`
 */
export function checkCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const cost = measureCost(schema, document, operation, variables);
  if (cost <= maxCost) return cost;
  throw new LimitError(
    `the operation may cost ${Number.isFinite(cost) ? cost : "more than can be counted"}, at most ${maxCost} is answered; ask for smaller pages (\`first\`) or fewer lists inside lists`,
    "COST_LIMIT",
  );
}

function measureCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  // INVARIANT: the cost of a fragment does not depend on where it is spread, except for the size of the list it is in
  const known = new Map<string, number>();

  /** @param size elements that lists directly below count, given by `first` of the connection they are in */
  function ofSet(
    set: SelectionSetNode | undefined,
    type: GraphQLNamedType | undefined,
    size: number | undefined,
  ): number {
    let sum = 0;
    for (const node of set?.selections ?? []) {
      if (node.kind === Kind.FIELD) sum += ofField(node, type, size);
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        const on = node.typeCondition ? schema.getType(node.typeCondition.name.value) : type;
        sum += ofSet(node.selectionSet, on, size);
      } else sum += ofFragment(node.name.value, size);
    }
    return sum;
  }

  function ofFragment(name: string, size: number | undefined): number {
    const key = `${size ?? ""} ${name}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const fragment = fragments.get(name);
    const cost = fragment ? ofSet(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value), size) : 0;
    known.set(key, cost);
    return cost;
  }

  function ofField(node: FieldNode, type: GraphQLNamedType | undefined, size: number | undefined): number {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (!field || !type) return 0;
    const place = `${type.name}.${field.name}`;
    const own = (storeCalls[place] ?? 0) + (heavy[place] ?? 0);
    const inner = getNamedType(field.type);
    if (!isCompositeType(inner)) return own;
    const asked = askedSize(node, field, variables);
    const below = ofSet(node.selectionSet, inner, asked);
    if (!isList(field)) return own + 1 + below;
    const count = asked ?? size ?? (place === "Entity.columns" ? assumedColumns : assumedListSize);
    return own + count * (1 + below);
  }

  const root = schema.getRootType(operation.operation) ?? undefined;
  return ofSet(operation.selectionSet, root, undefined);
}

function isList({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(getNullableType(type));
}

/** The value of `first` or `maxNodes`; `undefined` where the field has neither. Nonsense is refused by the resolver. */
function askedSize(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  const definition = field.args.find(({ name }) => name === "first" || name === "maxNodes");
  if (!definition) return undefined;
  const given = node.arguments?.find(({ name }) => name.value === definition.name)?.value;
  const value =
    given?.kind === Kind.INT
      ? Number(given.value)
      : given?.kind === Kind.VARIABLE
        ? (variables[given.name.value] ?? definition.defaultValue)
        : definition.defaultValue;
  return typeof value === "number" ? Math.max(0, value) : undefined;
}
