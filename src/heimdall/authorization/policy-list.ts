import type { DataPolicy, PolicyRule } from "../policy/index.ts";
import type { LivePolicies } from "./live-policies.ts";

/** A live policy or grant, for showing. */
export interface ListedPolicy {
  readonly name: string;
  readonly kind: "access" | "mask" | "filter";
  readonly file: string;
  readonly description: string | undefined;
  readonly builtIn: boolean;
  readonly rules: readonly {
    readonly id: string;
    readonly effect: string;
    readonly text: string;
    readonly at: string;
  }[];
}

/** The policies that answer now, sorted by name; `isBuiltIn` says it of a file. */
export function listPolicies(
  live: LivePolicies,
  isBuiltIn: (file: string) => boolean,
): { readonly policyVersion: string; readonly policies: readonly ListedPolicy[] } {
  const current = live.current();
  const byName = new Map<string, ListedPolicy & { rules: ListedPolicy["rules"][number][] }>();
  const add = (
    name: string,
    kind: ListedPolicy["kind"],
    about: PolicyRule | DataPolicy,
    effect: string,
    text: string,
  ): void => {
    const { file, line, column } = about.at;
    const id = "id" in about ? about.id : about.name;
    const listed = byName.get(`${name} ${file}`) ?? {
      name,
      kind,
      file,
      description: "reason" in about ? about.reason : undefined,
      builtIn: isBuiltIn(file),
      rules: [],
    };
    listed.rules.push({ id, effect, text, at: `${file}:${line}:${column}` });
    byName.set(`${name} ${file}`, listed);
  };
  for (const { rule } of current?.rules ?? []) add(rule.policy, "access", rule, rule.effect, ruleText(rule));
  for (const policy of current?.dataPolicies ?? [])
    add(policy.name, policy.type, policy, policy.type, dataText(policy));
  const policies = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { policyVersion: current?.version ?? "", policies };
}

function ruleText({ effect, subjects, predicates, paths, tags, conditions }: PolicyRule): string {
  const anyOf = (expression: readonly (readonly string[])[] | undefined, none: string): string =>
    expression?.map((all) => all.join(" and ")).join(" or ") ?? none;
  const objects = [paths?.join(" or "), tags && `tagged ${anyOf(tags, "")}`].filter(Boolean).join(", ") || "everything";
  const when = conditions.length === 0 ? "" : ` when ${conditions.map(({ text }) => text).join(" and ")}`;
  return `${effect} ${anyOf(subjects, "everybody")} ${predicates.join(", ")} on ${objects}${when}`;
}

function dataText(policy: DataPolicy): string {
  const { depot = "**", collection = "**", dataset = "**", datasetId } = policy.scope;
  const scope = datasetId ?? `${depot}.${collection}.${dataset}`;
  const users = policy.users.tags.join(policy.users.match === "any" ? " or " : " and ");
  if (policy.type === "mask") {
    const columns = [...policy.columns.tags, ...policy.columns.names].join(", ");
    return `priority ${policy.priority}: ${policy.operator} ${columns} of ${scope} for ${users}`;
  }
  const comparisons = policy.comparisons.map(({ column, operator, value }) => {
    const right = "literal" in value ? JSON.stringify(value.literal) : `subject.${value.userAttribute}`;
    return `${column} ${operator === "equals" ? "==" : "!="} ${right}`;
  });
  return `priority ${policy.priority}: rows of ${scope} with ${comparisons.join(" and ")} for ${users}`;
}
