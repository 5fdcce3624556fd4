import type { Attributes, MaskOperator } from "../../shared/decision.ts";
import type { SourcePosition } from "../../shared/errors.ts";

/** OR of ANDs of tag globs; `undefined`: no constraint. Never empty, nor is any of its parts. */
export type TagExpression = readonly (readonly string[])[] | undefined;

/** A condition as it was written. */
export interface ConditionText {
  readonly text: string;
  readonly at: SourcePosition;
}

/** The one form that every spelling of an access rule is read into (DESIGN §4). */
export interface PolicyRule {
  /** `<policy>/<n>`, or `grant/<grant>/<n>` */
  readonly id: string;
  /** name of the policy or grant */
  readonly policy: string;
  readonly effect: "allow" | "deny";
  readonly reason: string | undefined;
  readonly collection: string;
  readonly subjects: TagExpression;
  /** globs in lower case, any of which may match; never empty */
  readonly predicates: readonly string[];
  /** path globs, any of which may match; `undefined`: no constraint */
  readonly paths: readonly string[] | undefined;
  readonly tags: TagExpression;
  /** all must hold */
  readonly conditions: readonly ConditionText[];
  /** milliseconds since 1970, inclusive */
  readonly from: number | undefined;
  /** milliseconds since 1970, exclusive */
  readonly until: number | undefined;
  readonly at: SourcePosition;
}

/** Which datasets a data policy is about; `undefined` parts match all. */
export interface DatasetScope {
  readonly depot: string | undefined;
  readonly collection: string | undefined;
  readonly dataset: string | undefined;
  /** `depot.collection.dataset` */
  readonly datasetId: string | undefined;
}

interface DataPolicyBase {
  readonly name: string;
  /** name of the resource it was written in */
  readonly document: string;
  /** 1..100, lower wins */
  readonly priority: number;
  readonly scope: DatasetScope;
  readonly users: { readonly match: "any" | "all"; readonly tags: readonly string[] };
  readonly at: SourcePosition;
}

export interface MaskPolicy extends DataPolicyBase {
  readonly type: "mask";
  /** tag globs and names; a column is selected by any of them */
  readonly columns: { readonly tags: readonly string[]; readonly names: readonly string[] };
  readonly operator: MaskOperator;
  readonly options: Attributes;
}

export interface FilterPolicy extends DataPolicyBase {
  readonly type: "filter";
  readonly permissive: boolean;
  readonly comparisons: readonly FilterComparison[];
}

export interface FilterComparison {
  readonly column: string;
  readonly operator: "equals" | "not_equals";
  readonly value: { readonly literal: string | number | boolean } | { readonly userAttribute: string };
}

export type DataPolicy = MaskPolicy | FilterPolicy;
