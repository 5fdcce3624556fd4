import type { Authorized } from "../../heimdall/ports.ts";
import { BadInputError, NotFoundError } from "../../shared/errors.ts";
import { matchesFilter } from "../../shared/object-filter.ts";
import { formatUdl, looksLikeUdl, parseUdl } from "../../shared/udl.ts";
import { formatUrn, parseUrn } from "../../shared/urn.ts";
import type { CatalogStore } from "../adapters/state/index.ts";
import { describeEntity, type EntityRecord, toEntity } from "../catalog/index.ts";

type Reading = Authorized<"entity.read"> | Authorized<"entity.update">;

/** Whether the subject may know of it. The filter is `all` where the decision was about this very object. */
export function isVisible(auth: Reading, record: EntityRecord): boolean {
  return auth.filter.op === "all" || matchesFilter(auth.filter, describeEntity(toEntity(record)));
}

/** The same answer for what is absent and what is hidden. */
export function notFound(name: string): NotFoundError {
  return new NotFoundError(`no entity \`${name.slice(0, 300)}\`; check its URN, or search for it by name`);
}

/**
 * The entity at a URN, former URN or UDL address, as far as the subject may see it.
 * @throws {NotFoundError} absent or hidden
 * @throws {BadInputError} a short UDL address that means several visible datasets
 */
export async function findVisible(store: CatalogStore, auth: Reading, name: string): Promise<EntityRecord> {
  const visible = (await findCandidates(store, name)).filter((record) => isVisible(auth, record));
  const [first, second] = visible;
  if (!first) throw notFound(name);
  if (second) {
    throw new BadInputError(
      `\`${name}\` may be \`${first.urn}\` or \`${second.urn}\`; write \`depot:database.schema/table\` or the URN`,
    );
  }
  return first;
}

/** Everything that `name` may mean; more than one only for a UDL address without its database. */
export async function findCandidates(store: CatalogStore, name: string): Promise<readonly EntityRecord[]> {
  if (looksLikeUdl(name)) return findByUdl(store, name);
  const direct = (await store.findByUrns([name])).get(name);
  if (direct) return [direct];
  const id = (await store.findAliases([name])).get(name) ?? (await findColumnOfFormer(store, name));
  return id === undefined ? [] : [...(await store.findByIds([id])).values()];
}

async function findByUdl(store: CatalogStore, name: string): Promise<readonly EntityRecord[]> {
  const { acl: _acl, field, ...place } = parseUdl(name);
  const found = await store.findByUdl(formatUdl(place));
  if (field === undefined) return found;
  const columns = found.map(({ urn }) => {
    const { kind, scope, path } = parseUrn(urn);
    return formatUrn({ kind, scope, path, field });
  });
  return [...(await store.findByUrns(columns)).values()];
}

/** A column of a renamed dataset that came after the renaming, asked for by the dataset's former URN. */
async function findColumnOfFormer(store: CatalogStore, name: string): Promise<string | undefined> {
  const hash = name.indexOf("#");
  if (hash < 0) return undefined;
  const datasetId = (await store.findAliases([name.slice(0, hash)])).get(name.slice(0, hash));
  const dataset = datasetId === undefined ? undefined : (await store.findByIds([datasetId])).get(datasetId);
  if (!dataset) return undefined;
  const urn = `${dataset.urn}${name.slice(hash)}`;
  return (await store.findByUrns([urn])).get(urn)?.id;
}
