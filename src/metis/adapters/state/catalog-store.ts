import type { Clock } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";
import { createWriteCatalog, type WriteCatalog } from "./catalog-writer.ts";
import { type ContainmentReads, createContainmentReads } from "./containment.ts";
import { createEntityLists, type EntityLists } from "./entity-lists.ts";
import { createEntityReads, type EntityReads } from "./entity-reads.ts";
import { createLogReads, type LogReads } from "./log-reads.ts";
import type { MetisTables } from "./tables.ts";

/** The catalog in the state store; its tables are made by `metisMigrations`. */
export interface CatalogStore extends EntityReads, EntityLists, ContainmentReads, LogReads {
  readonly write: WriteCatalog;
}

export function createCatalogStore(state: StateDb, clock: Clock): CatalogStore {
  const db = state.kysely<MetisTables>();
  return {
    ...createEntityReads(db),
    ...createEntityLists(db),
    ...createContainmentReads(db),
    ...createLogReads(db),
    write: createWriteCatalog(state, clock),
  };
}
