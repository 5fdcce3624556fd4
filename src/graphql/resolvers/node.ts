import { NotFoundError } from "../../shared/errors.ts";
import type { NodeResolvers } from "../generated/schema-types.ts";
import { readNodeId } from "../node-id.ts";
import { query } from "../root-field.ts";

/** `node(id)` and how its types are told apart. */
export const nodeFields = {
  Query: {
    node: query("node", ({ id }, { services: { catalog, control } }) => {
      const ref = readNodeId(id);
      switch (ref?.kind) {
        case "entity":
          return {
            action: "entity.read",
            ask: "list",
            run: async (auth) => {
              const entity = await absentAsNull(catalog.getEntityById(auth, ref.id));
              return entity && { entity, auth };
            },
          };
        case "resource":
          return {
            action: "resource.read",
            ask: "list",
            run: async (auth) => {
              const resource = await absentAsNull(control.get(auth, ref.ref));
              return resource?.uid === ref.uid ? { resource, auth } : null;
            },
          };
        case "run":
          return {
            action: "run.read",
            ask: "list",
            run: async (auth) => {
              const run = await absentAsNull(control.getRun(auth, ref.id));
              return run && { run };
            },
          };
        case "incident":
          return {
            action: "incident.read",
            ask: "list",
            run: async (auth) => {
              const incident = await absentAsNull(control.getIncident(auth, ref.id));
              return incident && { incident };
            },
          };
        default:
          return undefined;
      }
    }),
  },
};

/** Types of the interface `Node`. */
export const nodeTypes: { readonly Node: NodeResolvers } = {
  Node: {
    __resolveType: (parent) => {
      if ("entity" in parent) return "Entity";
      if ("resource" in parent) return "Resource";
      return "incident" in parent ? "Incident" : "Run";
    },
  },
};

/** What `found` gives, or null for what is absent or hidden. */
export async function absentAsNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
