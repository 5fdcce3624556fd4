import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import { formatProblem } from "../../src/shared/errors.ts";
import { createWorkload, type Workload, type WorkloadRule } from "./decisions-workload.ts";

/**
 * Writes a workload and its rules, read from YAML, to files in `folder`: what making them leaves behind is no part of an engine's
 * memory, and a server too gets its policies from a store in which they are read already.
 */
export async function writeWorkload(folder: string, ruleCount: number): Promise<void> {
  const workload = createWorkload(ruleCount);
  const documents = toPolicyDocuments(workload.rules).map((document) => ({
    ...document,
    positions: [...document.positions],
  }));
  await writeFile(join(folder, `workload-${ruleCount}.json`), JSON.stringify(workload));
  await writeFile(
    join(folder, `documents-${ruleCount}.jsonl`),
    documents.map((document) => JSON.stringify(document)).join("\n"),
  );
}

export async function readWorkload(folder: string, ruleCount: number): Promise<Workload> {
  return JSON.parse(await readFile(join(folder, `workload-${ruleCount}.json`), "utf8"));
}

/** The workload's rules as a server has them in its store. */
export async function readDocuments(folder: string, ruleCount: number): Promise<PolicyDocument[]> {
  const documents: PolicyDocument[] = [];
  // line by line, so that little is left behind
  for await (const line of createInterface(createReadStream(join(folder, `documents-${ruleCount}.jsonl`)))) {
    const document = JSON.parse(line);
    documents.push({ ...document, positions: new Map(document.positions) });
  }
  return documents;
}

const policiesPerText = 100;

/** The rules as policies in YAML, read. Their trailing `*` crosses `/` and `:`, which is `**` here. */
function toPolicyDocuments(rules: readonly WorkloadRule[]): PolicyDocument[] {
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
