import type { EntityAssertion, KeysAspect, StructureAspect } from "../../metis/ports.ts";
import type { SourceColumn, SourceDatabase, SourceDataset, SourceSchema } from "../sources/source-reader.ts";
import type { SourceUrns } from "./source-urns.ts";

/** What the source says of its database. Its depot is the catalog's own. */
export function databaseAssertion(urns: SourceUrns, depot: string, database: SourceDatabase): EntityAssertion {
  return {
    urn: urns.database,
    kind: "database",
    name: database.name,
    qualifiedName: urns.qualified(),
    parent: urns.depot,
    depot,
    aspects: {
      identity: { name: database.name, qualifiedName: urns.qualified() },
      documentation: documentation(database.comment),
      sourceState: present({ engine: "postgresql", version: database.version, owner: database.owner }),
    },
    ...keyed(database.key),
  };
}

export function schemaAssertion(urns: SourceUrns, depot: string, schema: SourceSchema): EntityAssertion {
  return {
    urn: urns.schema(schema.name),
    kind: "schema",
    name: schema.name,
    qualifiedName: urns.qualified(schema.name),
    parent: urns.database,
    depot,
    aspects: {
      identity: { name: schema.name, qualifiedName: urns.qualified(schema.name) },
      documentation: documentation(schema.comment),
      sourceState: present({ owner: schema.owner }),
    },
    ...keyed(schema.key),
  };
}

export function datasetAssertion(urns: SourceUrns, depot: string, dataset: SourceDataset): EntityAssertion {
  const { schema, name, partitionOf } = dataset;
  const isView = dataset.type === "view" || dataset.type === "matview";
  const structure: StructureAspect = present({
    datasetType: dataset.type,
    partitionOf: partitionOf && urns.dataset(partitionOf.schema, partitionOf.name),
    partitionKey: dataset.partitionKey,
    partitionBound: dataset.partitionBound,
  });
  return {
    urn: urns.dataset(schema, name),
    kind: "dataset",
    name,
    qualifiedName: urns.qualified(schema, name),
    parent: urns.schema(schema),
    depot,
    aspects: {
      identity: { name, qualifiedName: urns.qualified(schema, name) },
      structure,
      documentation: documentation(dataset.comment),
      keys: keysAspect(urns, dataset),
      statistics: present({ rowCount: dataset.rowCount, sizeBytes: dataset.sizeBytes }),
      sourceState: present({ owner: dataset.owner }),
      // a definition that could not be read this time stays as it was
      ...(isView && dataset.definition === undefined
        ? {}
        : { definition: dataset.definition === undefined ? null : { sql: dataset.definition, dialect: "postgres" } }),
    },
    ...keyed(dataset.key),
  };
}

export function columnAssertion(
  urns: SourceUrns,
  depot: string,
  { schema, name: table }: SourceDataset,
  column: SourceColumn,
): EntityAssertion {
  const structure: StructureAspect = present({
    dataType: column.dataType,
    nullable: column.nullable,
    defaultValue: column.defaultValue,
    generated: column.generated,
    position: column.position,
  });
  const qualifiedName = urns.qualified(schema, table, column.name);
  return {
    urn: urns.column(schema, table, column.name),
    kind: "column",
    name: column.name,
    qualifiedName,
    parent: urns.dataset(schema, table),
    depot,
    aspects: {
      identity: { name: column.name, qualifiedName },
      structure,
      documentation: documentation(column.comment),
    },
    ...keyed(column.key),
  };
}

function keysAspect(urns: SourceUrns, dataset: SourceDataset): KeysAspect | null {
  const { constraints, indexes } = dataset;
  if (constraints.length === 0 && indexes.length === 0) return null;
  const primary = constraints.find(({ type }) => type === "primary");
  return {
    ...(primary ? { primaryKey: { name: primary.name, columns: primary.columns } } : {}),
    foreignKeys: constraints.flatMap(({ type, name, columns, references }) =>
      type === "foreign" && references
        ? [
            {
              name,
              columns,
              references: urns.dataset(references.schema, references.name),
              referencedColumns: references.columns,
            },
          ]
        : [],
    ),
    uniqueKeys: constraints.flatMap(({ type, name, columns }) => (type === "unique" ? [{ name, columns }] : [])),
    indexes: indexes.map(({ name, columns, unique, method, predicate }) =>
      present({ name, columns, unique, method, predicate }),
    ),
    checks: constraints.flatMap(({ type, name, expression }) =>
      type === "check" && expression !== undefined ? [{ name, expression }] : [],
    ),
  };
}

/** `null` takes back a comment that was there before. */
function documentation(comment: string | undefined): { readonly description: string } | null {
  return comment === undefined || comment === "" ? null : { description: comment };
}

function keyed(key: string | undefined): { readonly sourceKey?: string } {
  return key === undefined ? {} : { sourceKey: key };
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what is `undefined`. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
