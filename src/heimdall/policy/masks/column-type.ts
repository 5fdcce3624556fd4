/** What a value of a column is, as far as masks care. */
export type ColumnType = "text" | "number" | "date" | "timestamp" | "boolean" | "other";

const families: readonly (readonly [type: ColumnType, names: RegExp])[] = [
  ["other", /\[\]$|^(array|json|bytea|blob|binary|varbinary|struct|map|row|record|interval|time\b|_)/],
  ["timestamp", /^(timestamp|datetime|smalldatetime)/],
  ["date", /^date\b/],
  ["boolean", /^(bool|bit$)/],
  [
    "number",
    /^((tiny|small|medium|big|huge)?int|u?int\d|integer|serial|bigserial|smallserial|numeric|decimal|number|real|float|double|money|long|short|byte)/,
  ],
  [
    "text",
    /^(text|varchar|char|character|bpchar|nvarchar|nchar|string|clob|citext|uuid|name|enum|tinytext|mediumtext|longtext)/,
  ],
];

/** The type of a column from its name in the source, e.g. `varchar(40)`, `numeric(10,2)`, `timestamp with time zone`; unknown names are `other`. */
export function columnTypeOf(dataType: string): ColumnType {
  const name = dataType.trim().toLowerCase();
  return families.find(([, names]) => names.test(name))?.[0] ?? "other";
}
