import {
  buildSchema,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  isScalarType,
} from "graphql";
import { authorizationTable, typeRules } from "./authorization-table.ts";
import type { GraphqlContext } from "./context.ts";
import { rootFields, typeFields } from "./resolvers/index.ts";
import { isDecided } from "./root-field.ts";
import { scalars } from "./scalars.ts";

type FieldResolver = GraphQLFieldResolver<unknown, GraphqlContext>;

/**
 * The schema that runs, from the text of `schema.graphql`.
 * SECURITY: refuses to be built when a root field or type is missing from the authorization table, or when a root field's
 * resolver does not decide before it runs.
 * @throws {TypeError} naming the field or type
 */
export function createSchema(sdl: string): GraphQLSchema {
  const schema = buildSchema(sdl);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    if (isScalarType(type)) Object.assign(type, pickByName(scalars, type.name) ?? {});
    else if (isAbstractType(type)) type.resolveType = resolveTypeOf(type.name);
    else if (type.name === "Query" || type.name === "Mutation") addRootResolvers(schema, type.name);
    else if (isObjectType(type)) addResolvers(type);
  }
  return schema;
}

function addResolvers(type: GraphQLObjectType): void {
  if (pickByName(typeRules, type.name) === undefined) {
    throw new TypeError(`the type \`${type.name}\` is missing from the authorization table`);
  }
  const resolvers = pickByName(typeFields, type.name) as Readonly<Record<string, FieldResolver>> | undefined;
  if (!resolvers) return;
  for (const field of Object.values(type.getFields())) {
    const resolve = pickByName(resolvers, field.name);
    if (!resolve) throw new TypeError(`\`${type.name}.${field.name}\` has no resolver`);
    field.resolve = withinDeadline(resolve);
  }
}

function addRootResolvers(schema: GraphQLSchema, root: "Query" | "Mutation"): void {
  const fields = (root === "Query" ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {};
  for (const field of Object.values(fields)) {
    const place = `${root}.${field.name}`;
    if (!pickByName(authorizationTable[root], field.name)) {
      throw new TypeError(`\`${place}\` is missing from the authorization table`);
    }
    const resolve = pickByName(rootFields[root], field.name);
    if (!isDecided(resolve)) throw new TypeError(`\`${place}\` has no resolver that decides before it runs`);
    field.resolve = withinDeadline(resolve);
  }
}

function withinDeadline(resolve: FieldResolver): FieldResolver {
  return (parent, args, context, info) => context.deadline.run(() => resolve(parent, args, context, info));
}

function resolveTypeOf(name: string): (parent: unknown) => string {
  const resolver = pickByName(typeFields, name) as { readonly __resolveType?: (parent: unknown) => string } | undefined;
  if (!resolver?.__resolveType) throw new TypeError(`the type \`${name}\` cannot be told apart`);
  return resolver.__resolveType;
}

function pickByName<T extends object>(table: T, name: string): T[keyof T] | undefined {
  return Object.hasOwn(table, name) ? table[name as keyof T] : undefined;
}
