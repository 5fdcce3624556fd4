import type { ObjectType, VersionedObject } from "../../heimdall/ports.ts";
import { NotFoundError } from "../../shared/errors.ts";
import { toAttributes } from "../attributes.ts";
import { openList } from "../paging/connection.ts";
import { mutation, query } from "../root-field.ts";

/** Root fields about object types and objects of services. */
export const objectFields = {
  Query: {
    objectTypes: query("objectTypes", async (auth, page, context) => {
      const list = openList(context, ["objectTypes"], page);
      return list.sliceToConnection(await context.services.objects.listTypes(auth), ({ name }) => name, toType);
    }),
    registeredObjects: query("registeredObjects", async (call, { type, tag, ...page }, context) => {
      const wanted = { type, tag: tag ?? undefined };
      const list = openList(context, ["registeredObjects", wanted], page);
      const { items, hasNextPage } = await context.services.objects.list(call, wanted, list.page);
      return list.toConnection(
        { items: items.map(({ cursor, object }) => ({ cursor, node: object })), hasNextPage },
        toObject,
      );
    }),
    registeredObject: query("registeredObject", async (call, { type, id }, { services }) => {
      try {
        return toObject(await services.objects.get(call, { type, id }));
      } catch (error) {
        if (error instanceof NotFoundError) return null;
        throw error;
      }
    }),
  },
  Mutation: {
    putObjectType: mutation(
      "putObjectType",
      async (call, { input: { name, description, owner, dryRun = false } }, { services }) => {
        const type = { name, description: description ?? undefined, owner: owner ?? undefined };
        return { objectType: toType(await services.objects.putType(call, type, { dryRun })), userErrors: [] };
      },
      (userErrors) => ({ objectType: null, userErrors }),
    ),
    deleteObjectType: mutation(
      "deleteObjectType",
      async (call, { input: { name, dryRun = false } }, { services }) => {
        await services.objects.deleteType(call, name, { dryRun });
        return { name, userErrors: [] };
      },
      (userErrors) => ({ name: null, userErrors }),
    ),
    registerObjects: mutation(
      "registerObjects",
      async (call, { input: { objects, dryRun = false } }, { services }) => {
        const given = objects.map(({ type, id, tags = [], attributes, ifVersion }) => ({
          type,
          id,
          tags,
          attributes: toAttributes(attributes, "attributes"),
          ifVersion: ifVersion ?? undefined,
        }));
        const registered = await services.objects.register(call, given, { dryRun });
        return { objects: registered.map(toObject), userErrors: [] };
      },
      (userErrors) => ({ objects: [], userErrors }),
    ),
    unregisterObjects: mutation(
      "unregisterObjects",
      async (call, { input: { objects, dryRun = false } }, { services }) => {
        const refs = objects.map(({ type, id, ifVersion }) => ({ type, id, ifVersion: ifVersion ?? undefined }));
        await services.objects.unregister(call, refs, { dryRun });
        return { userErrors: [] };
      },
      (userErrors) => ({ userErrors }),
    ),
  },
};

function toType({ name, description, owner }: ObjectType) {
  return { name, description: description ?? null, owner };
}

function toObject({ type, id, tags, attributes, version }: VersionedObject) {
  return { type, id, tags, attributes, version };
}
