import { parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import { formatProblem } from "../../src/shared/errors.ts";
import type { WorkloadRule } from "./decisions-workload.ts";

const policiesPerText = 100;

/** The rules as policies in YAML, read. Their trailing `*` crosses `/` and `:`, which is `**` here. */
export function toPolicyDocuments(rules: readonly WorkloadRule[]): PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  for (let start = 0; start < rules.length; start += policiesPerText) {
    const text = rules
      .slice(start, start + policiesPerText)
      .map(toYaml)
      .join("---\n");
    const parsed = parsePolicyYaml(text, `rules-${start}.yaml`);
    if (parsed.problems.length > 0) throw new Error(parsed.problems.map(formatProblem).join("\n"));
    documents.push(...parsed.documents);
  }
  return documents;
}

function toYaml({ id, role, action, object, department, effect }: WorkloadRule): string {
  const condition = department === null ? "" : `    conditions: ["department == '${department}'"]\n`;
  return `name: ${id}
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:${role}"]}
    predicates: [${action}]
    objects: {paths: ["${object.replace(/\*$/, "**")}"]}
    allow: ${effect === "allow"}
${condition}`;
}
