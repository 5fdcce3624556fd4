import { type Dialect, foldName } from "./dialects.ts";
import type { SchemaLookup, TableShape } from "./schema-lookup.ts";

/** Tables by their names, e.g. `shop.orders`, with their columns: a list, or an object whose keys they are. */
export type TableColumns = Readonly<Record<string, readonly string[] | Readonly<Record<string, unknown>>>>;

/**
 * Looks tables up by the names that SQL of a dialect writes. A name may leave out leading parts, or have more of them
 * than the list, where only one table of the list can be meant.
 */
export function createNamedSchema(tables: TableColumns, dialect: Dialect): SchemaLookup {
  const shapes = Object.entries(tables).map(([label, columns]) => toShape(label, columns, dialect));
  const byEnd = Map.groupBy(shapes, ({ name }) => name);
  const find = (written: readonly string[]): TableShape | undefined => {
    const candidates = byEnd.get(written.at(-1) ?? "") ?? [];
    const exact = candidates.find((shape) => isSame(partsOf(shape), written));
    if (exact) return exact;
    const near = candidates.filter(
      (shape) => (written.length < 3 && endsWith(partsOf(shape), written)) || endsWith(written, partsOf(shape)),
    );
    return near.length === 1 ? near[0] : undefined;
  };
  return { find, table: (schema, name) => find(schema === undefined ? [name] : [schema, name]) };
}

/** A table's full name as compared, its last part last. */
export function partsOf({ catalog, schema, name }: TableShape): readonly string[] {
  return [...(catalog === undefined ? [] : catalog.split(".")), ...(schema === undefined ? [] : [schema]), name];
}

/** A table's full name as shown. */
export function labelOf(table: TableShape): string {
  return table.label ?? partsOf(table).join(".");
}

function toShape(label: string, columns: TableColumns[string], dialect: Dialect): TableShape {
  // names of the list are stored names: only where case does not matter are they folded
  const parts = label.split(".").map((part) => foldName(dialect, part, true, "table"));
  const [name = label, schema, ...before] = parts.toReversed();
  const listed = (Array.isArray(columns) ? (columns as readonly string[]) : Object.keys(columns)).map(
    (column) => [foldName(dialect, column, true, "column"), column] as const,
  );
  return {
    ...(before.length > 0 && { catalog: before.toReversed().join(".") }),
    schema,
    name,
    columns: listed.map(([folded]) => folded),
    label,
    columnLabels: new Map(listed),
  };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && endsWith(a, b);
}

function endsWith(long: readonly string[], short: readonly string[]): boolean {
  const offset = long.length - short.length;
  return offset >= 0 && short.every((part, index) => long[offset + index] === part);
}
