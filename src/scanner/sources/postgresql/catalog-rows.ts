import type { SourceColumn, SourceConstraint, SourceDataset, SourceIndex } from "../source-reader.ts";
import { capText, nameText, textCaps } from "./caps.ts";

export interface RelationRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly is_partition: boolean;
  readonly row_estimate: number;
  readonly owner: string | null;
  readonly comment: string | null;
  readonly parent_schema: string | null;
  readonly parent_name: string | null;
  readonly partition_key: string | null;
  readonly partition_bound: string | null;
}

export interface ColumnRow {
  readonly relation: number;
  readonly position: number;
  readonly name: string;
  readonly data_type: string;
  readonly nullable: boolean;
  readonly identity: string;
  readonly generated: string;
  readonly expression: string | null;
  readonly comment: string | null;
}

export interface ConstraintRow {
  readonly relation: number;
  readonly name: string;
  readonly type: string;
  readonly columns: readonly string[];
  readonly foreign_schema: string | null;
  readonly foreign_name: string | null;
  readonly foreign_columns: readonly string[];
  readonly definition: string | null;
}

export interface IndexRow {
  readonly relation: number;
  readonly name: string;
  readonly is_unique: boolean;
  readonly method: string;
  readonly columns: readonly string[];
  readonly predicate: string | null;
}

/** @param statistics gathered outside: size and view text by oid */
export function toDataset(
  row: RelationRow,
  databaseKey: string | undefined,
  parts: {
    readonly columns: readonly ColumnRow[];
    readonly constraints: readonly ConstraintRow[];
    readonly indexes: readonly IndexRow[];
    readonly sizeBytes: number | undefined;
    readonly definition: string | undefined;
  },
): SourceDataset {
  const key = databaseKey && `${databaseKey}/${row.oid}`;
  const isView = row.kind === "v" || row.kind === "m";
  return {
    id: row.oid,
    schema: nameText(row.schema),
    name: nameText(row.name),
    key,
    type: datasetType(row),
    comment: capText(row.comment, textCaps.comment),
    owner: capText(row.owner, textCaps.name),
    // before the first ANALYZE there is no estimate: -1 since PostgreSQL 14, 0 before
    rowCount: row.row_estimate > 0 ? Math.round(row.row_estimate) : undefined,
    sizeBytes: parts.sizeBytes,
    partitionOf:
      row.is_partition && row.parent_schema !== null && row.parent_name !== null
        ? { schema: nameText(row.parent_schema), name: nameText(row.parent_name) }
        : undefined,
    partitionKey: capText(row.partition_key, textCaps.expression),
    partitionBound: capText(row.partition_bound, textCaps.expression),
    columns: parts.columns.map((column) => toColumn(column, key, isView)),
    constraints: parts.constraints.map(toConstraint),
    indexes: parts.indexes.map(toIndex),
    definition: parts.definition,
  };
}

function datasetType({ kind, is_partition }: RelationRow): SourceDataset["type"] {
  if (kind === "v") return "view";
  if (kind === "m") return "matview";
  if (is_partition) return "partition";
  return kind === "f" ? "foreign" : "table";
}

function toColumn(row: ColumnRow, datasetKey: string | undefined, isView: boolean): SourceColumn {
  const expression = capText(row.expression, textCaps.expression);
  return {
    name: nameText(row.name),
    key: datasetKey && `${datasetKey}/${row.position}`,
    dataType: capText(row.data_type, textCaps.expression) ?? "",
    nullable: row.nullable,
    // a default of a view's column acts on INSERT only; it is one all the same
    defaultValue: row.generated === "" || isView ? expression : undefined,
    generated: generatedText(row, expression),
    position: row.position,
    comment: capText(row.comment, textCaps.comment),
  };
}

function generatedText({ identity, generated }: ColumnRow, expression: string | undefined): string | undefined {
  if (identity === "a") return "ALWAYS AS IDENTITY";
  if (identity === "d") return "BY DEFAULT AS IDENTITY";
  if (generated === "s") return `ALWAYS AS (${expression ?? ""}) STORED`;
  return generated === "v" ? `ALWAYS AS (${expression ?? ""}) VIRTUAL` : undefined;
}

const constraintTypes: Readonly<Record<string, SourceConstraint["type"]>> = {
  p: "primary",
  f: "foreign",
  u: "unique",
  c: "check",
};

function toConstraint(row: ConstraintRow): SourceConstraint {
  return {
    name: nameText(row.name),
    type: constraintTypes[row.type] ?? "check",
    columns: row.columns.map(nameText),
    references:
      row.foreign_schema !== null && row.foreign_name !== null
        ? {
            schema: nameText(row.foreign_schema),
            name: nameText(row.foreign_name),
            columns: row.foreign_columns.map(nameText),
          }
        : undefined,
    expression: capText(row.definition, textCaps.expression),
  };
}

function toIndex(row: IndexRow): SourceIndex {
  return {
    name: nameText(row.name),
    columns: row.columns.map((column) => capText(column, textCaps.expression) ?? ""),
    unique: row.is_unique,
    method: nameText(row.method),
    predicate: capText(row.predicate, textCaps.expression),
  };
}
