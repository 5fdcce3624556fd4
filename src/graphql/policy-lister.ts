/** A live policy as the API shows it. */
export interface LivePolicy {
  readonly name: string;
  readonly kind: "access" | "mask" | "filter";
  readonly file: string;
  readonly description: string | undefined;
  readonly builtIn: boolean;
  readonly rules: readonly LivePolicyRule[];
}

/** One rule of it. */
export interface LivePolicyRule {
  readonly id: string;
  readonly effect: string;
  /** the rule in one line */
  readonly text: string;
  /** `file:line:col` */
  readonly at: string;
}

/** The policies that answer now. */
export interface PolicyLister {
  /** Sorted by name; `policyVersion` is that of the decisions they make. */
  list(): { readonly policyVersion: string; readonly policies: readonly LivePolicy[] };
}
