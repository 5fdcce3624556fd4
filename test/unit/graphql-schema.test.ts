import { buildSchema, isObjectType } from "graphql";
import { describe, expect, it } from "vitest";
import { authorizationTable, introspectionAction, typeRules } from "../../src/graphql/authorization-table.ts";
import { createSchema } from "../../src/graphql/index.ts";
import { rootFields } from "../../src/graphql/resolvers/index.ts";
import { isDecided } from "../../src/graphql/root-field.ts";
import { actions } from "../../src/heimdall/authorization/actions.ts";
import { schemaText } from "../support/http-server.ts";

const schema = buildSchema(schemaText);
const roots = { Query: schema.getQueryType(), Mutation: schema.getMutationType() };

describe("the authorization table of GraphQL", () => {
  it.each(["Query", "Mutation"] as const)(
    "has an entry for every field of %s, and none for fields that are gone",
    (root) => {
      expect(Object.keys(authorizationTable[root]).sort()).toEqual(Object.keys(roots[root]?.getFields() ?? {}).sort());
      expect(Object.keys(rootFields[root]).sort()).toEqual(Object.keys(roots[root]?.getFields() ?? {}).sort());
    },
  );

  it("says how every other type is guarded", () => {
    const types = Object.values(schema.getTypeMap()).filter(
      (type) => isObjectType(type) && !type.name.startsWith("__") && type.name !== "Query" && type.name !== "Mutation",
    );
    expect(Object.keys(typeRules).sort()).toEqual(types.map(({ name }) => name).sort());
  });

  it("names actions that exist", () => {
    const named = [...Object.values(authorizationTable.Query), ...Object.values(authorizationTable.Mutation)].flatMap(
      (rule) => Object.entries(rule).flatMap(([key, value]) => (key === "ask" || key === "callee" ? [] : value)),
    );
    for (const action of [...named, introspectionAction]) expect(Object.keys(actions)).toContain(action);
  });

  it("has a resolver that decides before it runs behind every root field", () => {
    for (const resolve of [...Object.values(rootFields.Query), ...Object.values(rootFields.Mutation)]) {
      expect(isDecided(resolve)).toBe(true);
    }
  });

  it("refuses a schema with a root field or type that it does not know", () => {
    expect(() => createSchema(schemaText.replace("type Query {", "type Query {\n  secrets: [String!]!"))).toThrow(
      "`Query.secrets` is missing from the authorization table",
    );
    expect(() => createSchema(schemaText.replace("type Query {", "type Query {\n  toString: String!"))).toThrow(
      "`Query.toString` is missing from the authorization table",
    );
    expect(() => createSchema(`${schemaText}\ntype Secret { value: String! }`)).toThrow(
      "the type `Secret` is missing from the authorization table",
    );
    expect(() =>
      createSchema(
        schemaText.replace("type Entity implements Node {", "type Entity implements Node {\n  secret: String"),
      ),
    ).toThrow("`Entity.secret` has no resolver");
  });

  it("takes the schema as it is", () => {
    expect(() => createSchema(schemaText)).not.toThrow();
  });
});
