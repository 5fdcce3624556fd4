import { readFileSync } from "node:fs";
import {
  buildSchema,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
} from "graphql";

const schema = buildSchema(readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"));
const maxDepth = 7;
const nestedPage = 3;

/** The names of all fields of `Query`. */
export const queryFields: readonly string[] = Object.keys(schema.getQueryType()?.getFields() ?? {});

/**
 * Queries for one root field that select all there is below it, except what goes round in a circle; where the field gives one of
 * several types, one query for each.
 * @param given names of the arguments that are passed as variables
 */
export function selectEverything(name: string, given: readonly string[]): readonly string[] {
  const field = schema.getQueryType()?.getFields()[name];
  if (!field) throw new Error(`no field ${name}`);
  const args = field.args.filter((arg) => given.includes(arg.name));
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(", ");
  const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
  const head = `query${declared ? `(${declared})` : ""} { ${name}${passed ? `(${passed})` : ""}`;
  const type = getNamedType(field.type);
  if (!isAbstractType(type)) return [`${head}${select(type, [])} }`];
  return schema.getPossibleTypes(type).map((one) => `${head} { ... on ${one.name}${select(one, [])} } }`);
}

function select(type: GraphQLNamedOutputType, above: readonly string[]): string {
  return isObjectType(type) ? ` { ${selectFields(type, [...above, type.name])} }` : "";
}

function selectFields(type: GraphQLObjectType, path: readonly string[]): string {
  const selected = Object.values(type.getFields()).flatMap((field) => {
    const below = getNamedType(field.type);
    if (!isLeafType(below) && (path.includes(below.name) || path.length >= maxDepth)) return [];
    const selection = select(below as GraphQLNamedOutputType, path);
    if (selection === " {  }") return [];
    const page = field.args.some(({ name }) => name === "first") ? `(first: ${nestedPage})` : "";
    return [`${field.name}${page}${selection}`];
  });
  return selected.join(" ");
}
