import { GraphQLError, type GraphQLScalarTypeConfig, Kind, type ValueNode } from "graphql";

type Scalar = Pick<GraphQLScalarTypeConfig<unknown, unknown>, "serialize" | "parseValue" | "parseLiteral">;

const maxJsonDepth = 32;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** How the schema's own scalars are read and written. */
export const scalars: Readonly<Record<"DateTime" | "JSON" | "Seq", Scalar>> = {
  DateTime: {
    serialize: (value) => String(value),
    parseValue: parseInstant,
    parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
  },
  JSON: {
    serialize: (value) => value,
    parseValue: checkDepth,
    parseLiteral: (node, variables) => checkDepth(readLiteral(node, variables ?? {})),
  },
  Seq: {
    serialize: (value) => value,
    parseValue: parseSeq,
    parseLiteral: (node) => parseSeq(node.kind === Kind.INT ? Number(node.value) : undefined),
  },
};

/** UTC with milliseconds, so that texts sort by time. */
function parseInstant(value: unknown): string {
  if (typeof value === "string" && instant.test(value)) {
    const time = Date.parse(value);
    if (!Number.isNaN(time)) return new Date(time).toISOString();
  }
  throw new GraphQLError("expected a time like `2026-01-31T08:00:00Z`");
}

function parseSeq(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new GraphQLError("expected a sequence number: an integer from 0");
}

/** SECURITY: what reads the value later may walk it recursively. */
function checkDepth(value: unknown): unknown {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxJsonDepth) throw new GraphQLError(`expected JSON of at most ${maxJsonDepth} levels`);
    level = level.flatMap((part) => (typeof part === "object" && part !== null ? Object.values(part) : []));
  }
  return value;
}

function readLiteral(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map((value) => readLiteral(value, variables));
    case Kind.OBJECT:
      // WHY: `fromEntries` makes an own property of any name, `__proto__` included
      return Object.fromEntries(node.fields.map((field) => [field.name.value, readLiteral(field.value, variables)]));
    case Kind.VARIABLE:
      return variables[node.name.value];
    default:
      return null;
  }
}
