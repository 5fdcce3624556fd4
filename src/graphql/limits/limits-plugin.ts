import type { ApolloServerPlugin } from "@apollo/server";
import { type DocumentNode, Kind, type OperationDefinitionNode } from "graphql";
import { introspectionAction } from "../authorization-table.ts";
import type { GraphqlContext } from "../context.ts";
import { checkCost, maxCost } from "./cost.ts";
import { checkDocument } from "./document-limits.ts";

/**
 * Checks the limits before anything runs, and decides on operations that only look at the schema.
 * A request with `extensions: {"cost": true}` gets `extensions.cost` back: `{requested, limit}`.
 */
export function createLimitsPlugin(): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      let cost = 0;
      return {
        async didResolveOperation({ document, operation, schema, request, contextValue }) {
          // execution refuses an operation that is not there
          if (!operation) return;
          checkDocument(document, operation);
          cost = checkCost(schema, document, operation, request.variables ?? {});
          if (onlyIntrospects(document, operation)) {
            await contextValue.services.authorizer.authorize(contextValue.call, introspectionAction);
          }
        },
        async willSendResponse({ request, response }) {
          if (request.extensions?.cost !== true || response.body.kind !== "single") return;
          const { singleResult } = response.body;
          singleResult.extensions = { ...singleResult.extensions, cost: { requested: cost, limit: maxCost } };
        },
      };
    },
  };
}

/** Whether no root field of the authorization table is asked for, so that nothing else would decide on the call. */
function onlyIntrospects(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const sets = [operation.selectionSet];
  const seen = new Set<string>();
  for (let set = sets.pop(); set; set = sets.pop()) {
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) {
        if (!node.name.value.startsWith("__")) return false;
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        sets.push(node.selectionSet);
      } else if (!seen.has(node.name.value)) {
        seen.add(node.name.value);
        const fragment = fragments.find(({ name }) => name.value === node.name.value);
        if (fragment) sets.push(fragment.selectionSet);
      }
    }
  }
  return true;
}
