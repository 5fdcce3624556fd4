import { type Problem, sortProblems } from "../../../shared/errors.ts";
import type { PolicyDocument } from "../../ports.ts";
import type { DataPolicy, PolicyRule } from "../rule.ts";
import { readAccessPolicy, readRulesPolicy } from "./access-rules.ts";
import { readDataPolicy } from "./data-policy.ts";
import { readGrant, readProvider, readUseCase, type Vocabulary } from "./grants.ts";
import { type Findings, Reader } from "./reader.ts";

/** What documents say, whatever their spelling. */
export interface ParsedPolicies {
  readonly rules: readonly PolicyRule[];
  readonly dataPolicies: readonly DataPolicy[];
  /** sorted by place */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Reads documents of every spelling, one after the other, so that a caller can do something else in between; their order does not
 * matter. Never throws: what has a fault is left out and named in `problems`. Conditions are kept as text.
 */
export function* parseInSteps(documents: readonly PolicyDocument[]): Generator<undefined, ParsedPolicies> {
  const findings: Findings = { problems: [], warnings: [] };
  const vocabulary: Vocabulary = { atoms: new Map(), useCases: new Map() };
  const rules: PolicyRule[] = [];
  const dataPolicies: DataPolicy[] = [];
  const seen = new Map<string, PolicyDocument>();
  function* read(kind: PolicyDocument["kind"], each: (reader: Reader) => void): Generator<undefined> {
    for (const document of documents) {
      if (document.kind !== kind) continue;
      const reader = new Reader(document.spec, "", document, findings);
      const before = seen.get(`${kind} ${document.name}`);
      if (before)
        reader.problem(`${kind} \`${document.name}\` is given twice, also in ${before.file}; choose another name`);
      seen.set(`${kind} ${document.name}`, document);
      each(reader);
      yield;
    }
  }
  yield* read("provider", (reader) => readProvider(reader, vocabulary));
  yield* read("use-case", (reader) => readUseCase(reader, vocabulary));
  yield* read("policy", (reader) => readPolicy(reader, rules, dataPolicies));
  yield* read("grant", (reader) => {
    rules.push(...readGrant(reader, vocabulary));
  });
  return {
    rules,
    dataPolicies,
    problems: sortProblems(findings.problems),
    warnings: sortProblems(findings.warnings),
  };
}

function readPolicy(spec: Reader, rules: PolicyRule[], dataPolicies: DataPolicy[]): void {
  if (!spec.isMapping()) return;
  const spellings = ["rules", "access", "data"].filter((key) => !spec.get(key).isAbsent);
  if (spellings.length !== 1) {
    if (spellings.length === 0 && spec.entries().length > 0) {
      spec.isMapping(["type", "rules", "access", "data"]);
      if (!spec.get("type").isAbsent) spec.problem("the policy has no `rules`");
      return;
    }
    const given = spellings.length === 0 ? "none" : spellings.map((key) => `\`${key}\``).join(" and ");
    spec.problem(`a policy has one of \`rules\`, \`access\` and \`data\`, and this one has ${given}`);
    return;
  }
  if (spellings[0] === "rules") {
    rules.push(...readRulesPolicy(spec));
    return;
  }
  if (!spec.isMapping([spellings[0] ?? ""])) return;
  if (spellings[0] === "access") rules.push(...readAccessPolicy(spec.get("access")));
  else {
    const policy = readDataPolicy(spec.get("data"));
    if (policy) dataPolicies.push(policy);
  }
}
