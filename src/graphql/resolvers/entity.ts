import type { Authorized } from "../../heimdall/ports.ts";
import { describeEntity } from "../../metis/index.ts";
import type { Entity } from "../../metis/ports.ts";
import { BadInputError, ConflictError, ForbiddenError } from "../../shared/errors.ts";
import { toAttributes } from "../attributes.ts";
import type { GraphqlContext } from "../context.ts";
import type { EntityResolvers, UpdateEntityInput } from "../generated/schema-types.ts";
import { given } from "../given.ts";
import { entityNodeId, parseRunId } from "../node-id.ts";
import { openList } from "../paging/connection.ts";
import { changing } from "../record-change.ts";
import { mutation, query } from "../root-field.ts";
import { absentAsNull } from "./node.ts";

/** Root fields about catalog entities. */
export const entityFields = {
  Query: {
    entity: query("entity", async (auth, { urn, minSeq, asOf }, { services }) => {
      const options = { ...given("minSeq", minSeq), ...given("asOf", asOf) };
      const entity = await absentAsNull(services.catalog.getEntity(auth, urn, options));
      return entity && { entity, auth };
    }),
    entities: query("entities", (auth, { filter, ...page }, context) => {
      const { kind, depot, parent } = filter ?? {};
      return listEntities(
        auth,
        "entities",
        { ...given("kind", kind), ...given("depot", depot), ...given("parent", parent) },
        page,
        context,
      );
    }),
    entityCounts: query("entityCounts", async (auth, { depot }, { services }) => {
      const counts = await services.catalog.countEntities(auth, given("depot", depot));
      return [...counts].map(([value, count]) => ({ value, count }));
    }),
  },
  Mutation: {
    updateEntity: mutation(
      "updateEntity",
      async (within, { input }, context) => {
        const { catalog } = context.services;
        const aspects = toAspects(input);
        const entity = await catalog.getEntity(within, input.urn);
        return {
          object: describeEntity(entity),
          run: async (auth, inside) => {
            const options = { dryRun: input.dryRun ?? false, inside, within, ...given("ifSeq", input.ifSeq) };
            const edit = () => editGuarded(context, [within, auth], entity, aspects, options);
            const about = { object: [entity.urn], details: { aspects: Object.keys(aspects) } };
            const updated = await (input.dryRun
              ? edit()
              : changing(context, auth, about, edit, ({ urn, seq }) => ({ object: [urn], details: { seq } })));
            return { entity: { entity: updated, auth: within }, seq: updated.seq, userErrors: [] };
          },
        };
      },
      (userErrors) => ({ entity: null, seq: null, userErrors }),
    ),
    approveScan: mutation(
      "approveScan",
      async (auth, { input }, context) => {
        const runId = parseRunId(input.runId);
        const { removed, seq } = await changing(
          context,
          auth,
          { object: [runId] },
          () => context.services.catalog.approveScan(auth, runId),
          (details) => ({ details }),
        );
        return { removed, seq, userErrors: [] };
      },
      (userErrors) => ({ removed: null, seq: null, userErrors }),
    ),
  },
};

/** Fields of `Entity`. */
export const entityTypes: { readonly Entity: Required<Omit<EntityResolvers, "__isTypeOf">> } = {
  Entity: {
    id: ({ entity }) => entityNodeId(entity.id),
    urn: ({ entity }) => entity.urn,
    kind: ({ entity }) => entity.kind,
    name: ({ entity }) => entity.name,
    qualifiedName: ({ entity }) => entity.qualifiedName,
    state: ({ entity }) => entity.state,
    description: ({ entity }) => entity.aspects.documentation?.description ?? null,
    tags: ({ entity }) => entity.aspects.tags?.tags ?? [],
    owners: ({ entity }) => entity.aspects.ownership?.owners ?? [],
    depot: ({ entity }) => entity.depot ?? null,
    parent: async ({ entity, auth }, _, { loaders }) => {
      const parent = entity.parent && (await loaders.entity(auth, entity.parent));
      return parent ? { entity: parent, auth } : null;
    },
    aliases: ({ entity }) => entity.aliases,
    datasetType: ({ entity }) => entity.aspects.structure?.datasetType ?? null,
    dataType: ({ entity }) => entity.aspects.structure?.dataType ?? null,
    nullable: ({ entity }) => entity.aspects.structure?.nullable ?? null,
    defaultValue: ({ entity }) => entity.aspects.structure?.defaultValue ?? null,
    position: ({ entity }) => entity.aspects.structure?.position ?? null,
    generated: ({ entity }) => entity.aspects.structure?.generated ?? null,
    columns: async ({ entity, auth }, _, { loaders }) => {
      if (entity.kind !== "dataset") return [];
      const columns = await loaders.columns(auth, entity.urn);
      return columns.map((column) => ({ entity: column, auth }));
    },
    children: ({ entity, auth }, args, context) =>
      listEntities(auth, "children", { parent: entity.urn }, args, context),
    primaryKey: ({ entity }) => entity.aspects.keys?.primaryKey ?? null,
    foreignKeys: ({ entity }) => entity.aspects.keys?.foreignKeys ?? [],
    uniqueKeys: ({ entity }) => entity.aspects.keys?.uniqueKeys ?? [],
    indexes: ({ entity }) => entity.aspects.keys?.indexes ?? [],
    definition: ({ entity }) => entity.aspects.definition?.sql ?? null,
    rowCount: ({ entity }) => entity.aspects.statistics?.rowCount ?? null,
    sizeBytes: ({ entity }) => entity.aspects.statistics?.sizeBytes ?? null,
    partitionOf: ({ entity }) => entity.aspects.structure?.partitionOf ?? null,
    partitionKey: ({ entity }) => entity.aspects.structure?.partitionKey ?? null,
    provenance: ({ entity }) =>
      [...entity.provenance].flatMap(([aspect, values]) =>
        [...values].map(([origin, value]) => ({ aspect, origin, value })),
      ),
    createdAt: ({ entity }) => entity.createdAt,
    updatedAt: ({ entity }) => entity.updatedAt,
    seq: ({ entity }) => entity.seq,
  },
};

async function listEntities(
  auth: Authorized<"entity.read">,
  field: string,
  filter: { readonly kind?: Entity["kind"]; readonly depot?: string; readonly parent?: string },
  page: { readonly first: number; readonly after?: string | null },
  context: GraphqlContext,
) {
  const list = openList(context, [field, filter], page);
  const found = await context.services.catalog.listEntities(auth, filter, list.page);
  return list.toConnection(found, (entity) => ({ entity, auth }));
}

const editAttempts = 5;

/**
 * Edits the entity, where nothing is opened by it or the caller holds `escalate` on it.
 * SECURITY: what was judged is what is written: where somebody else came between, it is judged again.
 */
async function editGuarded(
  context: GraphqlContext,
  [within, auth]: readonly [Authorized<"entity.read">, Authorized<"entity.update">],
  found: Entity,
  aspects: Readonly<Record<string, unknown>>,
  options: NonNullable<Parameters<GraphqlContext["services"]["catalog"]["updateEntity"]>[3]>,
): Promise<Entity> {
  const { catalog } = context.services;
  if (aspects.tags === undefined && aspects.ownership === undefined) {
    return catalog.updateEntity(auth, found.urn, aspects, options);
  }
  let before = found;
  for (let attempt = 1; ; attempt++) {
    const after = await catalog.updateEntity(auth, before.urn, aspects, { ...options, dryRun: true });
    if (after.seq === before.seq) {
      refuseWidening(context, auth, before, after);
      if (options.dryRun) return after;
      try {
        return await catalog.updateEntity(auth, before.urn, aspects, { ...options, ifSeq: before.seq });
      } catch (error) {
        if (!(error instanceof ConflictError) || options.ifSeq !== undefined || attempt === editAttempts) throw error;
      }
    } else if (attempt === editAttempts) {
      throw new ConflictError(`\`${before.urn}\` is being changed by others; repeat the edit`);
    }
    before = await catalog.getEntityById(within, before.id);
  }
}

/** SECURITY: tags and owners that policies look at are policy. @throws {ForbiddenError} naming what would be opened */
function refuseWidening(
  { call, services }: GraphqlContext,
  auth: Authorized<"entity.update">,
  before: Entity,
  after: Entity,
): void {
  const [then, later] = [describeEntity(before), describeEntity(after)];
  const isColumn = before.kind === "column";
  const facts = services.policyChecker.objectFacts({
    before: then,
    after: later,
    isContainer: !isColumn,
    ...(isColumn && { column: { name: before.name, before: tagsOf(before), after: tagsOf(after) } }),
  });
  if (facts.length === 0 || services.authorizer.check(call, "escalate", then)) return;
  throw new ForbiddenError(
    `policies look at what changes of \`${before.urn}\` (${facts.join("; ")}); ask somebody who may \`escalate\``,
    auth.decisionId,
  );
}

function tagsOf({ aspects }: Entity): readonly string[] {
  return aspects.tags?.tags ?? [];
}

/** What the input says of each aspect; one that is not named stays as it is, null takes the caller's own value back. */
function toAspects({ description, tags, owners, custom }: UpdateEntityInput): Readonly<Record<string, unknown>> {
  const aspects = {
    ...(description === undefined ? {} : { documentation: description === null ? null : { description } }),
    ...(tags === undefined ? {} : { tags: tags === null ? null : { tags } }),
    ...(owners === undefined ? {} : { ownership: owners === null ? null : { owners } }),
    ...(custom === undefined ? {} : { custom: custom === null ? null : toAttributes(custom, "custom") }),
  };
  if (Object.keys(aspects).length > 0) return aspects;
  throw new BadInputError("nothing to change; give at least one of `description`, `tags`, `owners`, `custom`");
}
