import { stringify } from "yaml";
import { describeResource } from "../../control/index.ts";
import type { ResourceLink, ResourceRef, ResourceType } from "../../control/ports.ts";
import { resourceTypes } from "../../control/ports.ts";
import type { Authorized } from "../../heimdall/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { GraphqlContext } from "../context.ts";
import type { ResourceResolvers, VariableInput } from "../generated/schema-types.ts";
import { given } from "../given.ts";
import { isResourceType, resourceNodeId } from "../node-id.ts";
import { openList } from "../paging/connection.ts";
import { mutation, query } from "../root-field.ts";
import { impactOf, toApplied } from "./applied.ts";
import { absentAsNull } from "./node.ts";

/** Root fields about resources. */
export const resourceFields = {
  Query: {
    resources: query("resources", (auth, { filter, ...page }, context) => {
      const { type, name, workspace, owner, tags } = filter ?? {};
      const wanted = {
        ...(type ? { type: parseResourceType(type) } : {}),
        ...given("name", name),
        ...given("workspace", workspace),
        ...given("owner", owner),
        ...given("tags", tags),
      };
      return listResources(auth, "resources", wanted, page, context);
    }),
    grants: query("grants", (auth, page, context) => listResources(auth, "grants", { type: "grant" }, page, context)),
    resource: query("resource", async (auth, args, { services }) => {
      const resource = await absentAsNull(services.control.get(auth, toRef(args)));
      return resource && { resource, auth };
    }),
  },
  Mutation: {
    applyResources: mutation(
      "applyResources",
      async (call, { input }, { services }) => {
        const { documents, variables = [], disableInterpolation = false, workspace = "public", dryRun = false } = input;
        const { ifVersions = [], prune } = input;
        const applied = await services.control.apply(call, {
          documents,
          variables: toVariables(variables),
          disableInterpolation,
          workspace,
          dryRun,
          ifVersions: ifVersions.map(({ resourceVersion, ...ref }) => ({ ref: toRef(ref), resourceVersion })),
          ...(prune && { prune: { tags: prune.tags, ...given("expected", prune.expected?.map(toRef)) } }),
        });
        const resources = applied.map(toApplied);
        const changed = dryRun ? applied.flatMap(({ policy }) => policy ?? []) : [];
        return { resources, impact: await impactOf(call, changed, services), userErrors: [] };
      },
      (userErrors) => ({ resources: [], impact: null, userErrors }),
    ),
    deleteResource: mutation(
      "deleteResource",
      async (within, { input }, { services: { control } }) => {
        const resource = await control.get(within, toRef(input));
        return {
          object: describeResource(resource),
          run: async (auth) => {
            const { force = false, dryRun = false, ifVersion } = input;
            await control.delete(auth, resource.ref, { force, dryRun, ...given("ifVersion", ifVersion) });
            return { deleted: !dryRun, userErrors: [] };
          },
        };
      },
      (userErrors) => ({ deleted: false, userErrors }),
    ),
    rollbackResource: mutation(
      "rollbackResource",
      async (call, { input }, { services: { control } }) => {
        const { to, ifVersion, dryRun = false } = input;
        const request = { ref: toRef(input), to: to ?? undefined, ifVersion: ifVersion ?? undefined, dryRun };
        return { resource: toApplied(await control.rollback(call, request)), userErrors: [] };
      },
      (userErrors) => ({ resource: null, userErrors }),
    ),
  },
};

/** Fields of `Resource`. */
export const resourceTypesOf: { readonly Resource: Required<Omit<ResourceResolvers, "__isTypeOf">> } = {
  Resource: {
    id: ({ resource }) => resourceNodeId(resource.ref, resource.uid),
    urn: ({ resource }) => resource.urn,
    type: ({ resource }) => resource.ref.type,
    name: ({ resource }) => resource.ref.name,
    workspace: ({ resource }) => resource.ref.workspace ?? null,
    version: ({ resource }) => resource.version,
    description: ({ resource }) => resource.description ?? null,
    owner: ({ resource }) => resource.owner,
    layer: ({ resource }) => resource.layer,
    tags: ({ resource }) => resource.tags,
    manifest: ({ resource }) => resource.manifest,
    manifestYaml: ({ resource }) => toYaml(resource.manifest),
    generation: ({ resource }) => resource.generation,
    observedGeneration: ({ resource }) => resource.observedGeneration,
    resourceVersion: ({ resource }) => resource.resourceVersion,
    phase: ({ resource }) => resource.phase,
    status: ({ resource }) => resource.status,
    runtime: ({ resource }) => resource.runtime,
    conditions: ({ resource }) => resource.conditions,
    events: ({ resource, auth }, _, { services }) => services.control.events(auth, resource.ref),
    versions: async ({ resource, auth }, _, { services }) => {
      const versions = await services.control.versions(auth, resource.ref);
      return versions.map(({ manifest, ...version }) => ({ ...version, manifestYaml: toYaml(manifest) }));
    },
    diff: ({ resource, auth }, { from, to }, { services }) =>
      services.control.diff(auth, resource.ref, { from: from ?? undefined, to: to ?? undefined }),
    dependencies: async ({ resource, auth }, _, { services }) =>
      (await services.control.links(auth, resource.ref)).dependencies.map(toLink),
    dependents: async ({ resource, auth }, _, { services }) =>
      (await services.control.links(auth, resource.ref)).dependents.map(toLink),
    createdAt: ({ resource }) => resource.createdAt,
    updatedAt: ({ resource }) => resource.updatedAt,
  },
};

/** @throws {BadInputError} `type` is none of ours */
export function toRef(input: {
  readonly type: string;
  readonly name: string;
  readonly workspace?: string | null;
}): ResourceRef {
  return { type: parseResourceType(input.type), name: input.name, workspace: input.workspace ?? undefined };
}

function parseResourceType(type: string): ResourceType {
  if (isResourceType(type)) return type;
  throw new BadInputError(
    `\`${type.slice(0, 100)}\` is not a type of resource; expected one of ${resourceTypes.join(", ")}`,
  );
}

async function listResources(
  auth: Authorized<"resource.read">,
  field: string,
  filter: Parameters<GraphqlContext["services"]["control"]["list"]>[1],
  page: { readonly first: number; readonly after?: string | null },
  context: GraphqlContext,
) {
  const list = openList(context, [field, filter], page);
  const found = await context.services.control.list(auth, filter, list.page);
  return list.toConnection(found, (resource) => ({ resource, auth }));
}

function toLink({ ref, status }: ResourceLink) {
  return { type: ref.type, name: ref.name, workspace: ref.workspace ?? null, status: status ?? null };
}

function toVariables(variables: readonly VariableInput[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of variables) {
    if (values.has(name)) throw new BadInputError(`the variable \`${name}\` is given twice; give it once`);
    values.set(name, value);
  }
  return values;
}

function toYaml(manifest: Readonly<Record<string, unknown>>): string {
  return stringify(manifest, { lineWidth: 0 });
}
