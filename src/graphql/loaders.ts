import DataLoader from "dataloader";
import type { Authorized } from "../heimdall/ports.ts";
import type { Catalog, Entity } from "../metis/ports.ts";

/** Collects what the fields of one operation read, so that a page costs as many store calls as one entry. */
export interface Loaders {
  /** By URN; `undefined` where it is absent or hidden. */
  entity(auth: Authorized<"entity.read">, urn: string): Promise<Entity | undefined>;
  /** Visible columns of a dataset by position. */
  columns(auth: Authorized<"entity.read">, dataset: string): Promise<readonly Entity[]>;
}

const maxBatchSize = 1_000;

/**
 * Loaders for one operation.
 * SECURITY: kept per decision, so that nothing read under one filter is answered under another.
 */
export function createLoaders(catalog: Catalog): Loaders {
  const byDecision = new WeakMap<Authorized<"entity.read">, ReturnType<typeof createFor>>();
  const loadersOf = (auth: Authorized<"entity.read">) => {
    const present = byDecision.get(auth);
    if (present) return present;
    const created = createFor(catalog, auth);
    byDecision.set(auth, created);
    return created;
  };
  return {
    entity: (auth, urn) => loadersOf(auth).entities.load(urn),
    columns: (auth, dataset) => loadersOf(auth).columns.load(dataset),
  };
}

function createFor(catalog: Catalog, auth: Authorized<"entity.read">) {
  return {
    entities: new DataLoader<string, Entity | undefined>((urns) => catalog.getEntities(auth, urns), { maxBatchSize }),
    columns: new DataLoader<string, readonly Entity[]>(
      async (datasets) => {
        const found = await catalog.listColumns(auth, datasets);
        return datasets.map((dataset) => found.get(dataset) ?? []);
      },
      { maxBatchSize },
    ),
  };
}
