/** What a source adapter tells of its database. Text is data: capped, never run, never interpreted. */

/** One database, read in one consistent picture as far as the engine allows. Reads only its catalog. */
export interface SourceReader {
  readonly database: SourceDatabase;
  /** All schemas but the system's, by name. */
  readonly schemas: readonly SourceSchema[];
  /**
   * Tables and views of `schemas` in batches, with all that belongs to them. May be called once.
   * @throws {UnavailableError} the connection was lost
   * @throws {DeadlineExceededError} the source took too long
   */
  datasets(schemas: readonly SourceSchema[]): AsyncIterable<readonly SourceDataset[]>;
  /** What views read, as the database itself keeps it. Known after `datasets` has ended. */
  dependencies(): SourceDependencies;
  /** What was left out or could not be read, in words; grows while reading. */
  readonly warnings: readonly string[];
  /** catalog statements so far; the same however many tables there are */
  readonly queries: number;
  /** Idempotent; never throws. */
  close(): Promise<void>;
}

export interface SourceDatabase {
  readonly name: string;
  readonly version: string;
  readonly comment: string | undefined;
  readonly owner: string | undefined;
  /** What the source never changes; `undefined` where it does not tell. */
  readonly key: string | undefined;
}

export interface SourceSchema {
  readonly id: number;
  readonly name: string;
  readonly key: string | undefined;
  readonly comment: string | undefined;
  readonly owner: string | undefined;
}

export interface SourceDataset {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly key: string | undefined;
  readonly type: "table" | "view" | "matview" | "partition" | "foreign";
  readonly comment: string | undefined;
  readonly owner: string | undefined;
  /** an estimate of the source's statistics; `undefined` where there is none yet */
  readonly rowCount: number | undefined;
  /** with indexes and out-of-line values */
  readonly sizeBytes: number | undefined;
  readonly partitionOf: { readonly schema: string; readonly name: string } | undefined;
  readonly partitionKey: string | undefined;
  readonly partitionBound: string | undefined;
  /** in order */
  readonly columns: readonly SourceColumn[];
  /** of one kind by name */
  readonly constraints: readonly SourceConstraint[];
  readonly indexes: readonly SourceIndex[];
  /** SQL of a view, `undefined` where it could not be read */
  readonly definition: string | undefined;
}

export interface SourceColumn {
  readonly name: string;
  readonly key: string | undefined;
  readonly dataType: string;
  readonly nullable: boolean;
  readonly defaultValue: string | undefined;
  readonly generated: string | undefined;
  /** from 1, with gaps where columns were dropped */
  readonly position: number;
  readonly comment: string | undefined;
}

export interface SourceConstraint {
  readonly name: string;
  readonly type: "primary" | "foreign" | "unique" | "check";
  readonly columns: readonly string[];
  readonly references:
    | { readonly schema: string; readonly name: string; readonly columns: readonly string[] }
    | undefined;
  /** of a check */
  readonly expression: string | undefined;
}

export interface SourceIndex {
  readonly name: string;
  /** names, or expressions in brackets as the source writes them */
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly method: string;
  readonly predicate: string | undefined;
}

export interface SourceDependencies {
  /** relation by id: every one that a view reads, in scope or not */
  readonly relations: ReadonlyMap<number, SourceRelation>;
  /** view's id -> what it names; a column of 0 stands for the relation as a whole */
  readonly ofView: ReadonlyMap<number, readonly { readonly relation: number; readonly position: number }[]>;
  /** aggregates that users made */
  readonly aggregates: readonly { readonly schema: string; readonly name: string }[];
}

export interface SourceRelation {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly position: number }[];
}
