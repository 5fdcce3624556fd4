import type { SourcePosition } from "./errors.ts";

/** Values that attributes may have. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Who asks. `id` is the bare id (`alice`); the tags hold `users:id:alice` and `roles:id:…`. */
export interface Subject {
  readonly id: string;
  readonly type: "person" | "application";
  readonly tags: readonly string[];
  readonly attributes: Attributes;
}

/** What a decision is about. `paths` are URNs, UDL addresses or API paths, any of which may match; see DESIGN §4. */
export interface DecisionObject {
  readonly id?: string;
  readonly type?: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  readonly attributes: Attributes;
  /** For a dataset: its columns, so that masks can be decided. `undefined`: not a dataset, or unknown. */
  readonly columns?: readonly ObjectColumn[];
  /** Where the paths may mean several things: what is known of each. All of them are decided on, and a deny of one is the answer. */
  readonly alternatives?: readonly DecisionObject[];
}

export interface ObjectColumn {
  readonly name: string;
  readonly dataType: string;
  readonly tags: readonly string[];
}

export interface DecisionContext {
  readonly ip?: string;
  /** Milliseconds since 1970; rules' `from`/`until` and conditions on `context.time` use it. */
  readonly time: number;
  readonly [key: string]: AttributeValue | undefined;
}

export interface DecisionRequest {
  readonly subject: Subject;
  readonly predicate: string;
  readonly object: DecisionObject;
  readonly context: DecisionContext;
  /** default `default` */
  readonly collection?: string;
}

/** A rule that decided, with the place it was written at. */
export interface DecidingRule {
  readonly id: string;
  readonly policy: string;
  readonly effect: "allow" | "deny";
  readonly reason?: string;
  readonly at: SourcePosition;
}

export const maskOperators = [
  "redact",
  "hash",
  "rand_pattern",
  "rand_regexify",
  "regex_replace",
  "bucket_number",
  "bucket_date",
  "pass_through",
] as const;
export type MaskOperator = (typeof maskOperators)[number];

export interface Mask {
  readonly operator: MaskOperator;
  /** The operator's own settings as written, e.g. `{algo: "sha256"}`, `{pattern, replacement}`, `{buckets: [..]}`, `{precision}`. */
  readonly options: Attributes;
  readonly policy: string;
  readonly at: SourcePosition;
}

/** One comparison of a row filter; comparisons are ANDed within a clause. */
export interface RowComparison {
  readonly column: string;
  readonly operator: "equals" | "not_equals";
  readonly value: AttributeValue;
}

/** `all` clauses must hold; where `any` is not empty, at least one of them too. */
export interface RowFilter {
  readonly all: readonly RowFilterClause[];
  readonly any: readonly RowFilterClause[];
}
export interface RowFilterClause {
  readonly comparisons: readonly RowComparison[];
  readonly policy: string;
  readonly at: SourcePosition;
}

export interface Obligations {
  /** by column name; a column that is not in it is not masked */
  readonly masks: ReadonlyMap<string, Mask>;
  readonly rowFilter: RowFilter | undefined;
}

export type DenyReason = "denied-by-rule" | "no-matching-allow" | "indeterminate" | "unknown-subject" | "policy-stale";

/** The answer to one request. */
export interface Decision {
  readonly effect: "allow" | "deny";
  /** why it is deny; `undefined` for allow */
  readonly denyReason: DenyReason | undefined;
  /** the rules that decided: the matching denies, else the matching allows; sorted by id */
  readonly because: readonly DecidingRule[];
  readonly obligations: Obligations;
  /** conditions that could not be evaluated, e.g. `rule sales-access/0: no such attribute \`subject.department\`` */
  readonly problems: readonly string[];
  /** content hash of the policies that answered */
  readonly policyVersion: string;
  /** `undefined` until the decision is recorded */
  readonly decisionId?: string;
}
