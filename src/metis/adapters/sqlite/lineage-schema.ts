import type { ProjectionSchema } from "./projection-file.ts";

/** Tables of the lineage projection. */
export const lineageSchema: ProjectionSchema = {
  version: "lineage-2",
  tables: `
    -- every URN that is a node or that an edge names
    create table vertex (
      id integer primary key,
      urn text not null unique,
      -- a column's dataset, else null
      dataset integer,
      -- of the newest change: twice its sequence number, one more for a removal; -1 where only edges name it
      version integer not null default -1,
      -- the node as JSON; null: no node, or removed
      node text
    ) strict;
    create index vertex_dataset on vertex (dataset) where dataset is not null;

    create table evidence (id integer primary key, name text not null unique, seq integer not null) strict;
    create table edge (
      id integer primary key,
      evidence integer not null,
      -- 0: as given; 1: between datasets, made from those; 2: given between datasets, and so both
      collapsed integer not null,
      source integer not null,
      target integer not null,
      type text not null,
      subtype text not null,
      expression text,
      masking integer not null,
      confidence real not null
    ) strict;
    create index edge_evidence on edge (evidence);
    create index edge_source on edge (source, collapsed, target);
    create index edge_target on edge (target, collapsed, source);`,
  // WHY: edges come by target and go into an index by source; without room for its pages each would be read and written again
  prepare: (db) => db.exec("pragma cache_size = -65536; pragma wal_autocheckpoint = 8000"),
};
