import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BadInputError, formatProblem, type Problem } from "../../../shared/errors.ts";
import { compilePolicies, parsePolicyYaml } from "../../policy/index.ts";
import type { PolicyDocument } from "../../ports.ts";

/**
 * Reads the policies that come with the server: every `*.yaml` of `folder` but `*.cases.yaml`; positions name `policies/<file>`.
 *
 * @throws {BadInputError} with every fault: a built-in policy that does not compile stops the server
 */
export async function loadBuiltInPolicies(folder: string): Promise<readonly PolicyDocument[]> {
  const names = (await readdir(folder))
    .filter((name) => name.endsWith(".yaml") && !name.endsWith(".cases.yaml"))
    .sort();
  const documents: PolicyDocument[] = [];
  const problems: Problem[] = [];
  for (const name of names) {
    const read = parsePolicyYaml(await readFile(join(folder, name), "utf8"), `policies/${name}`);
    documents.push(...read.documents);
    problems.push(...read.problems);
  }
  problems.push(...compilePolicies(documents).problems);
  const [first] = problems;
  if (first) throw new BadInputError(`the built-in policies cannot be used: ${formatProblem(first)}`, { problems });
  if (documents.length === 0) throw new BadInputError(`no policies were found in \`${folder}\``);
  return documents;
}
