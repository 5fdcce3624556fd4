/**
 * What the SQL layer knows of a statement, free of any dialect: parsers translate into it, scope and lineage read it.
 * Names are in stored form: the parser has folded what was not quoted, so names are compared exactly.
 * `at` is an offset into the statement's text, in UTF-16 units.
 */

/** `schema.table`, `table`, …; last part is the object's own name. Never empty. */
export type ObjectName = readonly string[];

export type Statement =
  | { readonly kind: "query"; readonly query: Query; readonly at: number }
  /**
   * View, materialized view, `CREATE TABLE AS`, `SELECT INTO`, `INSERT … SELECT`; also UPDATE, DELETE and each action of MERGE, as the
   * query whose rows they write: `UPDATE t SET a = s.b FROM s WHERE c` is `SELECT s.b AS a FROM t, s WHERE c` written to `t (a)`.
   */
  | {
      readonly kind: "write";
      readonly effect: WriteEffect;
      readonly target: ObjectName;
      /** of the session only: other statements of the script see through it */
      readonly temporary: boolean;
      /** names given to the output columns from the first on; may be shorter than the query's */
      readonly columns: readonly string[];
      readonly query: Query;
      readonly at: number;
    }
  /** a table with these columns comes to be; no data moves */
  | {
      readonly kind: "define";
      readonly target: ObjectName;
      /** `undefined`: as in `like` */
      readonly columns: readonly string[] | undefined;
      readonly like: ObjectName | undefined;
      readonly at: number;
    }
  | { readonly kind: "other"; readonly what: string; readonly at: number }
  /** this statement of a script does not parse; the others do */
  | { readonly kind: "unparsed"; readonly message: string; readonly at: number };

/** What becomes of the rows: `create` makes the target, `insert` and `merge` add to it, `update` changes some columns, `delete` takes rows away. */
export type WriteEffect = "create" | "insert" | "update" | "merge" | "delete";

export interface Query {
  readonly ctes: readonly Cte[];
  /** `WITH RECURSIVE`: each CTE sees itself and all its siblings; otherwise only earlier siblings */
  readonly recursive: boolean;
  readonly body: QueryBody;
  readonly orderBy: readonly Term[];
  /** expressions of LIMIT and OFFSET */
  readonly limits: readonly Expr[];
  readonly at: number;
}

export interface Cte {
  readonly name: string;
  readonly columnAliases: readonly string[];
  /** `undefined`: not a query that is understood (e.g. `INSERT … RETURNING`) */
  readonly query: Query | undefined;
  /** columns that SEARCH and CYCLE add, with the columns they are made of */
  readonly extraColumns: readonly { readonly name: string; readonly from: readonly string[] }[];
  readonly at: number;
}

export type QueryBody =
  | { readonly kind: "select"; readonly select: Select }
  /** operands in order, at least two; `a EXCEPT b EXCEPT c` is flat, mixed operators nest */
  | {
      readonly kind: "setOperation";
      readonly op: "union" | "intersect" | "except";
      readonly operands: readonly Query[];
      /** columns meet by name, not by position */
      readonly byName?: boolean;
    }
  | { readonly kind: "values"; readonly rows: readonly (readonly Expr[])[]; readonly at: number };

export interface Select {
  readonly items: readonly SelectItem[];
  readonly distinctOn: readonly Term[];
  readonly from: readonly FromItem[];
  readonly where: Term | undefined;
  readonly groupBy: readonly Term[];
  readonly having: Term | undefined;
  /** keeps rows by the value of window functions */
  readonly qualify?: Term | undefined;
  readonly windows: readonly { readonly name: string; readonly window: Window }[];
  readonly at: number;
}

export interface SelectItem {
  /** a `star` here stands for all its columns */
  readonly expr: Expr;
  /** the output column's name; for a `star` without meaning */
  readonly name: string;
  /** as written, without the alias */
  readonly text: string | undefined;
  readonly at: number;
}

/** An expression of a clause, with its text as written where that is known. */
export interface Term {
  readonly expr: Expr;
  readonly text: string | undefined;
}

export type FromItem =
  | ({
      readonly kind: "table";
      readonly name: ObjectName;
      /** stands here as the statement's target: counts as read only where its values are used */
      readonly isTarget?: boolean;
      readonly at: number;
    } & Aliased)
  | ({ readonly kind: "subquery"; readonly query: Query; readonly lateral: boolean; readonly at: number } & Aliased)
  /** one or more functions side by side (`ROWS FROM`, `unnest(a, b)`), XMLTABLE, JSON_TABLE */
  | ({
      readonly kind: "function";
      readonly functions: readonly { readonly name: ObjectName; readonly args: readonly Expr[] }[];
      /** names the call itself declares: column definition list, XMLTABLE or JSON_TABLE columns; all of them */
      readonly declaredColumns: readonly string[] | undefined;
      /** adds a last column that counts rows */
      readonly ordinality: boolean;
      /** the alias names the value itself, `FROM UNNEST(a) AS x`: `x` is a column and `x.f` a part of it */
      readonly aliasIsValue?: boolean;
      readonly at: number;
    } & Aliased)
  | {
      readonly kind: "join";
      /** of a `semi` join only the left side goes on */
      readonly type: "inner" | "left" | "right" | "full" | "semi";
      readonly left: FromItem;
      readonly right: FromItem;
      readonly on: Term | undefined;
      /** `undefined`: no USING */
      readonly using: readonly string[] | undefined;
      readonly natural: boolean;
      /** `JOIN … USING (…) AS alias`: a name for the merged columns only */
      readonly usingAlias: string | undefined;
      /** `(a JOIN b …) AS alias`: hides the names inside */
      readonly alias: string | undefined;
      readonly columnAliases: readonly string[];
      readonly at: number;
    }
  /** rows become columns: one per value and aggregate; columns that nothing names stay, they group */
  | ({
      readonly kind: "pivot";
      readonly source: FromItem;
      readonly aggregates: readonly Expr[];
      readonly keys: readonly Expr[];
      /** names of the columns that are made, each with the aggregate that fills it */
      readonly made: readonly { readonly name: string; readonly aggregate: number }[];
      /** where the statement says it: only these stay */
      readonly groupBy: readonly Expr[] | undefined;
      readonly at: number;
    } & Aliased)
  /** columns become rows: `columns` go, `names` and `values` come */
  | ({
      readonly kind: "unpivot";
      readonly source: FromItem;
      readonly columns: readonly Expr[];
      readonly nameColumn: string | undefined;
      readonly valueColumns: readonly string[];
      readonly at: number;
    } & Aliased)
  | { readonly kind: "opaque"; readonly what: string; readonly at: number };

export interface Aliased {
  readonly alias: string | undefined;
  /** from the first column on; may be shorter */
  readonly columnAliases: readonly string[];
}

export interface Window {
  /** name of the window it builds on */
  readonly base: string | undefined;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly Expr[];
  readonly at: number;
}

export type Expr =
  /** `c`, `t.c`, `s.t.c`; where no such column is, a relation's name is its whole row */
  | { readonly kind: "column"; readonly path: readonly string[]; readonly at: number }
  /** `*` (empty qualifier) or `t.*` */
  | {
      readonly kind: "star";
      readonly qualifier: readonly string[];
      /** `* EXCEPT (a)`: columns that are left out */
      readonly except?: readonly string[];
      /** `* REPLACE (e AS a)`: a column of that name has this value */
      readonly replace?: readonly { readonly name: string; readonly expr: Expr }[];
      /** `* RENAME (a AS b)` */
      readonly rename?: readonly { readonly from: string; readonly to: string }[];
      readonly at: number;
    }
  /** `(base).name` */
  | { readonly kind: "field"; readonly base: Expr; readonly name: string; readonly at: number }
  /** an integer literal keeps its value: `ORDER BY 2` */
  | { readonly kind: "constant"; readonly integer?: number; readonly at: number }
  /** operator, cast, row, array, predicate: the value is made of all operands */
  | { readonly kind: "operation"; readonly args: readonly Expr[]; readonly at: number }
  | {
      readonly kind: "call";
      readonly name: ObjectName;
      readonly args: readonly Expr[];
      /** the syntax allows only an aggregate: DISTINCT, FILTER, ORDER BY, `(*)` */
      readonly aggregateSyntax: boolean;
      readonly filter: Expr | undefined;
      readonly orderBy: readonly Expr[];
      /** name of a window of the WINDOW clause, or one in place */
      readonly over: string | Window | undefined;
      readonly at: number;
    }
  | {
      readonly kind: "case";
      readonly conditions: readonly Expr[];
      readonly results: readonly Expr[];
      readonly at: number;
    }
  | {
      readonly kind: "subquery";
      /** `exists` asks only whether there are rows; `in` compares `test` with them */
      readonly form: "scalar" | "array" | "exists" | "in";
      readonly test: Expr | undefined;
      readonly query: Query;
      readonly at: number;
    }
  | { readonly kind: "opaque"; readonly what: string; readonly args: readonly Expr[]; readonly at: number };
