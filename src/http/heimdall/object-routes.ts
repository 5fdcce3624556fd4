import type { FastifyRequest } from "fastify";
import type { GraphqlServices } from "../../graphql/index.ts";
import { BadInputError, NotFoundError } from "../../shared/errors.ts";
import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import { fromObject, fromObjectType, objectsBody, objectTypeBody, refsBody } from "./object-bodies.ts";

const pageSize = 100;
const maxPageSize = 1_000;

/** Object types and objects of services. With `?dry_run=true` everything is checked and decided, and nothing changed. */
export function addObjectRoutes(
  addRoute: AddRoute,
  { authorizer, objects }: Pick<GraphqlServices, "authorizer" | "objects">,
): void {
  addRoute("GET /heimdall/api/v1/object-types", async (call) => {
    const types = await objects.listTypes(await authorizer.authorizeList(call, "objectType.read"));
    return { object_types: types.map(fromObjectType) };
  });
  addRoute("GET /heimdall/api/v1/object-types/:name", async (call, request) => {
    const name = parameter(request, "name");
    const types = await objects.listTypes(await authorizer.authorizeList(call, "objectType.read"));
    const found = types.find((type) => type.name === name);
    if (!found) throw new NotFoundError(`there is no type \`${name.slice(0, 100)}\` of objects`);
    return fromObjectType(found);
  });
  addRoute("PUT /heimdall/api/v1/object-types/:name", async (call, request) => {
    const { description, owner } = parseBody(objectTypeBody, request.body ?? {});
    const type = {
      name: parameter(request, "name"),
      description: description ?? undefined,
      owner: owner ?? undefined,
    };
    return fromObjectType(await objects.putType(call, type, readHow(request)));
  });
  addRoute("DELETE /heimdall/api/v1/object-types/:name", async (call, request, reply) => {
    await objects.deleteType(call, parameter(request, "name"), readHow(request));
    return reply.code(204).send();
  });

  addRoute("POST /heimdall/api/v1/objects", async (call, request) => {
    const body = parseBody(objectsBody, request.body);
    const given = body.objects.map(({ if_version, ...object }) => ({ ...object, ifVersion: if_version ?? undefined }));
    return { objects: (await objects.register(call, given, readHow(request))).map(fromObject) };
  });
  addRoute("POST /heimdall/api/v1/objects/delete", async (call, request, reply) => {
    const body = parseBody(refsBody, request.body);
    const refs = body.objects.map(({ if_version, ...ref }) => ({ ...ref, ifVersion: if_version ?? undefined }));
    await objects.unregister(call, refs, readHow(request));
    return reply.code(204).send();
  });
  addRoute("GET /heimdall/api/v1/objects/:type", async (call, request) => {
    const { tag, after, size } = request.query as Readonly<Record<string, string | undefined>>;
    const first = Number(size ?? pageSize);
    if (!Number.isSafeInteger(first) || first < 1 || first > maxPageSize) {
      throw new BadInputError(`\`size\` is a whole number from 1 to ${maxPageSize}`);
    }
    const wanted = { type: parameter(request, "type"), tag: oneText("tag", tag) };
    const { items, hasNextPage } = await objects.list(call, wanted, { first, after: oneText("after", after) });
    return {
      objects: items.map(({ object }) => fromObject(object)),
      next: hasNextPage ? (items.at(-1)?.cursor ?? "") : "",
    };
  });
  addRoute("GET /heimdall/api/v1/objects/:type/:id", async (call, request) =>
    fromObject(await objects.get(call, { type: parameter(request, "type"), id: parameter(request, "id") })),
  );
  addRoute("DELETE /heimdall/api/v1/objects/:type/:id", async (call, request, reply) => {
    const ref = { type: parameter(request, "type"), id: parameter(request, "id") };
    await objects.unregister(call, [ref], readHow(request));
    return reply.code(204).send();
  });
}

function parameter(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string>>)[name] ?? "";
}

/** Empty counts as absent. @throws {BadInputError} given twice */
function oneText(name: string, value: unknown): string | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new BadInputError(`\`${name}\` is given more than once`);
}

/** @throws {BadInputError} `dry_run` is neither true nor false */
function readHow(request: FastifyRequest): { readonly dryRun: boolean } {
  const { dry_run: dryRun = "false" } = request.query as { readonly dry_run?: unknown };
  if (dryRun === "true" || dryRun === "false") return { dryRun: dryRun === "true" };
  throw new BadInputError("`dry_run` is `true` or `false`");
}
