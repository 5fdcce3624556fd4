/** How a dialect stores names that are not quoted, and what it takes for the same name. */
export type Folding =
  /** as written without quotes in lower case; quoted names as they are */
  | "lower"
  /** in upper case; here such names are spelled in lower case too, so that a name that needs no quotes looks alike everywhere */
  | "upper"
  /** case never tells names apart */
  | "insensitive"
  /** columns never, tables always */
  | "tables-exact";

/** What the SQL layer knows of a dialect. */
export interface Dialect {
  readonly name: DialectName;
  /** its name in the parser of many dialects */
  readonly polyglot: string;
  /** its name in the second parser */
  readonly second: string;
  readonly folding: Folding;
  /** an item of SELECT may name the alias of an earlier one, and so may WHERE */
  readonly lateralAliases: boolean;
  /** `a.b.c` may be a part of a structured column */
  readonly structFields: boolean;
  /** the alias of UNNEST names its value */
  readonly unnestAliasIsValue: boolean;
}

export type DialectName =
  | "ansi"
  | "postgres"
  | "greenplum"
  | "materialize"
  | "mysql"
  | "mariadb"
  | "sqlite"
  | "duckdb"
  | "snowflake"
  | "bigquery"
  | "redshift"
  | "tsql"
  | "spark"
  | "databricks"
  | "hive"
  | "trino"
  | "athena"
  | "oracle"
  | "teradata"
  | "db2"
  | "vertica"
  | "clickhouse";

type Feature = "lateralAliases" | "structFields" | "unnestAliasIsValue";

function dialect(name: DialectName, polyglot: string, second: string, folding: Folding, ...has: Feature[]): Dialect {
  return {
    name,
    polyglot,
    second,
    folding,
    lateralAliases: has.includes("lateralAliases"),
    structFields: has.includes("structFields"),
    unnestAliasIsValue: has.includes("unnestAliasIsValue"),
  };
}

const dialects: readonly Dialect[] = [
  dialect("ansi", "generic", "generic", "insensitive", "structFields"),
  dialect("postgres", "postgresql", "postgresql", "lower"),
  dialect("greenplum", "postgresql", "postgresql", "lower"),
  dialect("materialize", "materialize", "postgresql", "lower"),
  dialect("mysql", "mysql", "mysql", "insensitive"),
  dialect("mariadb", "mysql", "mysql", "insensitive"),
  dialect("sqlite", "sqlite", "sqlite", "insensitive"),
  dialect("duckdb", "duckdb", "duckdb", "insensitive", "lateralAliases", "structFields"),
  dialect("snowflake", "snowflake", "snowflake", "upper", "lateralAliases", "structFields"),
  dialect("bigquery", "bigquery", "bigquery", "tables-exact", "structFields", "unnestAliasIsValue"),
  dialect("redshift", "redshift", "redshift", "insensitive", "lateralAliases", "structFields"),
  dialect("tsql", "tsql", "mssql", "insensitive"),
  dialect("spark", "spark", "databricks", "insensitive", "lateralAliases", "structFields"),
  dialect("databricks", "databricks", "databricks", "insensitive", "lateralAliases", "structFields"),
  dialect("hive", "hive", "hive", "insensitive", "structFields"),
  dialect("trino", "trino", "generic", "insensitive", "structFields"),
  dialect("athena", "athena", "generic", "insensitive", "structFields"),
  dialect("oracle", "oracle", "oracle", "upper", "structFields"),
  dialect("teradata", "teradata", "generic", "insensitive", "lateralAliases"),
  dialect("db2", "generic", "generic", "upper"),
  dialect("vertica", "postgresql", "postgresql", "insensitive", "lateralAliases"),
  dialect("clickhouse", "clickhouse", "clickhouse", "tables-exact", "lateralAliases", "structFields"),
];

const others: ReadonlyMap<string, DialectName> = new Map([
  ["generic", "ansi"],
  ["postgresql", "postgres"],
  ["mssql", "tsql"],
  ["sqlserver", "tsql"],
  ["sparksql", "spark"],
  ["presto", "trino"],
]);

/** Names that `dialectNamed` takes, without synonyms. */
export const dialectNames: readonly string[] = dialects.map(({ name }) => name);

/** The dialect of this name or synonym (`postgresql`, `mssql`, `sqlserver`, `generic`, `presto`, `sparksql`), in any case. */
export function dialectNamed(name: string): Dialect | undefined {
  const lower = name.toLowerCase();
  const wanted = others.get(lower) ?? lower;
  return dialects.find((one) => one.name === wanted);
}

/** A name as it is compared and shown. */
export function foldName({ folding }: Dialect, name: string, isQuoted: boolean, of: "table" | "column"): string {
  if (folding === "insensitive" || !isQuoted) {
    return folding === "tables-exact" && of === "table" ? name : name.toLowerCase();
  }
  if (folding === "lower") return name;
  if (folding === "tables-exact") return of === "table" ? name : name.toLowerCase();
  // stored in upper case is the same as not quoted
  return name === name.toUpperCase() ? name.toLowerCase() : name;
}
