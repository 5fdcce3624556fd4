import type { ObjectLister } from "../heimdall/ports.ts";
import { completeObject } from "../shared/complete-object.ts";
import { isUrn, parseUrn } from "../shared/urn.ts";
import { describeResource, toResource } from "./describe.ts";
import { type ResourceRef, resourceTypes, workspaceTypes } from "./ports.ts";
import type { ResourceStore } from "./stores.ts";

/**
 * What Control knows of resources that a question names by URN, e.g. `urn:dataos:resource:workflow:public/daily`, and all of them by
 * type, workspace and name. The type `resource` stands for every type.
 */
export function createResourceObjectSource(resources: Pick<ResourceStore, "find" | "list">): ObjectLister {
  return {
    types: async () => resourceTypes,
    async list({ type: wanted, filter }, page) {
      const type = resourceTypes.find((known) => known === wanted);
      if (type === undefined && wanted !== undefined && wanted !== "resource") return { items: [], hasNextPage: false };
      const { items, hasNextPage } = await resources.list(type === undefined ? {} : { type }, filter, page);
      return {
        items: items.map(({ cursor, node }) => ({ cursor, object: describeResource(toResource(node)) })),
        hasNextPage,
      };
    },
    async describe(object) {
      for (const path of object.paths) {
        const ref = toRef(path);
        const resource = ref && (await resources.find(ref));
        if (resource) return completeObject(object, describeResource(toResource(resource)));
      }
      return object;
    },
    // WHY: most questions name no resource, and need not wait for the store to say so
    recall: (object) => (object.paths.some((path) => toRef(path) !== undefined) ? undefined : object),
  };
}

function toRef(path: string): ResourceRef | undefined {
  if (!isUrn(path)) return undefined;
  const { kind, scope, path: steps } = parseUrn(path);
  if (kind === "depot") return { type: "depot", name: scope, workspace: undefined };
  const type = resourceTypes.find((known) => kind === "resource" && known === scope);
  const [first, second] = steps;
  if (!type || first === undefined) return undefined;
  if (!workspaceTypes.has(type)) return second === undefined ? { type, name: first, workspace: undefined } : undefined;
  return second === undefined ? undefined : { type, workspace: first, name: second };
}
