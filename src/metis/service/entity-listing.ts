import type { Authorized } from "../../heimdall/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { CatalogStore, ListPlace } from "../adapters/state/index.ts";
import { listedStates } from "../catalog/index.ts";
import type { Entity, EntityKind, Page, Paged } from "../ports.ts";
import { findCandidates, isVisible } from "./entity-access.ts";
import { showEntities } from "./hidden-names.ts";

const maxFirst = 100;
const maxColumns = 1_000;

/** Listed entities that the subject may see. A parent that is absent or hidden has no children. */
export async function listEntities(
  store: CatalogStore,
  auth: Authorized<"entity.read">,
  filter: { readonly kind?: EntityKind; readonly depot?: string; readonly parent?: string },
  page: Page,
): Promise<Paged<Entity>> {
  const byPosition = filter.parent !== undefined && filter.kind === "column";
  const limit = checkFirst(page.first, byPosition ? maxColumns : maxFirst);
  const parentId = filter.parent === undefined ? undefined : await findParentId(store, auth, filter.parent);
  if (filter.parent !== undefined && parentId === undefined) return { items: [], hasNextPage: false };
  const records = await store.list({ kind: filter.kind, depot: filter.depot, parentId }, auth.filter, {
    byPosition,
    after: page.after === undefined ? undefined : parseCursor(page.after),
    limit: limit + 1,
  });
  const items = (await showEntities(store, auth, records.slice(0, limit))).map((node) => {
    const position = byPosition ? (node.aspects.structure?.position ?? 0) : undefined;
    return { cursor: formatCursor({ position, urn: node.urn }), node };
  });
  return { items, hasNextPage: records.length > limit };
}

/** Columns that the subject may see, of datasets that it may see: dataset's URN as asked -> columns by position. */
export async function listColumns(
  store: CatalogStore,
  auth: Authorized<"entity.read">,
  datasets: readonly string[],
): Promise<ReadonlyMap<string, readonly Entity[]>> {
  const found = await store.findByUrns([...new Set(datasets)]);
  const parents = [...found.values()].filter((record) => isVisible(auth, record)).map(({ id }) => id);
  const columns = (await store.findChildren(parents, ["column"])).filter(
    (column) => listedStates.includes(column.state) && isVisible(auth, column),
  );
  const byParent = new Map<string, Entity[]>(parents.map((id) => [id, []]));
  for (const [index, column] of (await showEntities(store, auth, columns)).entries()) {
    byParent.get(columns[index]?.parentId ?? "")?.push(column);
  }
  return new Map(datasets.map((urn) => [urn, byParent.get(found.get(urn)?.id ?? "") ?? []]));
}

/** @throws {BadInputError} it is not 1..`max` */
export function checkFirst(first: number, max = maxFirst): number {
  if (Number.isInteger(first) && first >= 1 && first <= max) return first;
  throw new BadInputError(`\`first\` is ${first}; expected a whole number from 1 to ${max}`);
}

async function findParentId(
  store: CatalogStore,
  auth: Authorized<"entity.read">,
  parent: string,
): Promise<string | undefined> {
  const [record] = (await findCandidates(store, parent)).filter((candidate) => isVisible(auth, candidate));
  return record?.id;
}

function formatCursor({ position, urn }: ListPlace): string {
  return Buffer.from(JSON.stringify([position ?? null, urn])).toString("base64url");
}

function parseCursor(cursor: string): ListPlace {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(place) && place.length === 2) {
      const [position, urn] = place as [unknown, unknown];
      if ((position === null || Number.isInteger(position)) && typeof urn === "string") {
        return { position: typeof position === "number" ? position : undefined, urn };
      }
    }
  } catch {
    // told below
  }
  throw new BadInputError("`after` is not a cursor of this list; take it from the page before");
}
