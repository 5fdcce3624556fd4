import type { Authorized } from "../../heimdall/ports.ts";
import { ConflictError, ForbiddenError } from "../../shared/errors.ts";
import { noObjects } from "../../shared/object-filter.ts";
import type { CatalogStore, WriteContext } from "../adapters/state/index.ts";
import { applyChanges, diffAspects, type EntityRecord, parseEdit } from "../catalog/index.ts";
import type { Entity } from "../ports.ts";
import { findVisible, isVisible, notFound } from "./entity-access.ts";
import { showEntity } from "./hidden-names.ts";

export interface EditOptions {
  readonly ifSeq?: number;
  readonly dryRun?: boolean;
  readonly inside?: Authorized<"entity.update">;
  /** what the answer may show; absent: what `auth` may */
  readonly within?: Authorized<"entity.read">;
}

/** Edits what people own, as origin `user`. An edit that changes nothing writes nothing. */
export async function editEntity(
  store: CatalogStore,
  auth: Authorized<"entity.update">,
  urn: string,
  aspects: Readonly<Record<string, unknown>>,
  options: EditOptions,
): Promise<{ readonly entity: Entity; readonly seq: number; readonly wrote: boolean }> {
  const edit = parseEdit(aspects);
  const found = await findVisible(store, auth, urn);
  const { id } = found;
  await checkReach(store, auth, found, edit, options.inside);
  if (options.dryRun) {
    const before = readable(auth, (await store.findByIds([id])).get(id), urn, options.ifSeq);
    const after = edited(before, edit, before.seq);
    return { entity: await showEntity(store, options.within ?? auth, after.record), seq: before.seq, wrote: false };
  }
  const context: WriteContext = { actor: auth.subject.id, decisionId: auth.decisionId, runId: undefined };
  const { result, seq, wrote } = await store.write(context, async (writer) => {
    const before = readable(auth, (await writer.findByIds([id])).get(id), urn, options.ifSeq);
    const { record, changes } = edited(before, edit, writer.currentSeq() + 1);
    if (changes.length === 0) return before;
    const after = { ...record, updatedAt: writer.at, seq: writer.nextSeq() };
    writer.putEntity({ op: "update", before, after, aspects: changes, facts: false });
    return after;
  });
  return { entity: await showEntity(store, options.within ?? auth, result), seq, wrote };
}

/**
 * SECURITY: what is in an entity is decided on with its tags, so that who could tag a schema could open, or close, a table
 * in it that they may not touch.
 */
async function checkReach(
  store: CatalogStore,
  auth: Authorized<"entity.update">,
  { id, urn, kind }: EntityRecord,
  edit: ReadonlyMap<string, unknown>,
  inside: Authorized<"entity.update"> | undefined,
): Promise<void> {
  if (!edit.has("tags") && !(kind === "dataset" && edit.has("ownership"))) return;
  if (!(await store.holdsBeyond(id, inside?.filter ?? noObjects))) return;
  throw new ForbiddenError(
    `tags and owners of \`${urn}\` decide about what is in it too, and \`${auth.subject.id}\` may not update all of that; tag what is in it`,
    auth.decisionId,
  );
}

function readable(
  auth: Authorized<"entity.update">,
  record: EntityRecord | undefined,
  urn: string,
  ifSeq: number | undefined,
): EntityRecord {
  if (!record || !isVisible(auth, record)) throw notFound(urn);
  if (ifSeq !== undefined && record.seq !== ifSeq) {
    throw new ConflictError(
      `\`${record.urn}\` was changed meanwhile: it is at ${record.seq}, not at ${ifSeq}; read it again and repeat the edit`,
    );
  }
  return record;
}

function edited(before: EntityRecord, edit: ReadonlyMap<string, unknown>, seq: number) {
  const changes = diffAspects(before.live, "user", edit);
  return { record: { ...before, live: applyChanges(before.live, changes, seq) }, changes };
}
