import type { ScriptLineage, TableColumns } from "../../sql/index.ts";

/** What a worker is asked. */
export interface LineageRequest {
  readonly sql: string;
  /** name or synonym of a dialect, see `dialectNamed` */
  readonly dialect: string;
  /** the columns of tables, by their names */
  readonly schema: TableColumns;
  /** what problems are reported with */
  readonly file: string;
}

/** What it answers: a lineage, or the message of what it did not expect; then it is not used again. */
export type LineageAnswer = { readonly lineage: ScriptLineage } | { readonly failure: string };
