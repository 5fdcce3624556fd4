import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { resourceTypes } from "../../control/manifest/index.ts";
import { type CompiledPolicies, compilePolicies, parsePolicyYaml } from "../../heimdall/policy/index.ts";
import {
  type CaseResult,
  findUnexercised,
  lintPolicies,
  mergeDocuments,
  type PolicyCase,
  parseCases,
  runCases,
} from "../../heimdall/policy/safety/index.ts";
import { errorFaces, formatProblem, type Problem } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { printable } from "../output/table.ts";
import { count } from "../words.ts";
import { type ManifestFile, readManifests } from "./manifest-files.ts";

type Documents = Parameters<typeof compilePolicies>[0];

const stockFolder = fileURLToPath(new URL("../../../policies/", import.meta.url));
const caseFile = /\.cases\.ya?ml$/;
/** what subjects can be tagged with where no server says more */
const namespaces = ["users:**", "roles:**", "dataos:**"];
/** tags of the platform, for the nearest to a misspelt one */
const platformTags = [
  ..."user data-dev system-dev operator pii-reader".split(" ").map((role) => `roles:id:${role}`),
  ...(
    "entity resource workspace policy grant decision user apikey audit projection self " +
    "depot database schema dataset column procedure query job run pipeline dashboard"
  )
    .split(" ")
    .map((type) => `dataos:type:${type}`),
  ...resourceTypes.map((type) => `dataos:resource:${type}`),
  ..."Age DateOfBirth Email Gender Income LicenseNumber Location Name PhoneNumber SocialSecurityNumber"
    .split(" ")
    .map((name) => `PII.${name}`),
];

export interface LintOptions {
  readonly manifestFile: readonly string[];
  readonly recursive?: boolean;
  readonly strict?: boolean;
  readonly tagNamespace?: readonly string[];
  readonly output: string;
}

/** Finds dead, shadowed, conflicting and misspelt rules, without a server; exit code 1 on an error, with `strict` on any finding. */
export async function lintFiles(context: CommandContext, options: LintOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const files = (await readManifests(options.manifestFile, options.recursive ?? false)).filter(
    ({ file }) => !caseFile.test(file),
  );
  const { documents, problems, others } = readPolicies(files);
  const findings = [
    ...problems.map((problem) => ({ ...problem, level: "error" as const, code: "does-not-compile" as const })),
    ...lintPolicies({
      documents,
      beside: readStock(),
      time: Date.now(),
      tagNamespaces: [...namespaces, ...(options.tagNamespace ?? [])],
      knownTags: platformTags,
    }),
  ];
  const errors = findings.filter(({ level }) => level === "error").length;
  const rows = findings.map(({ level, code, message, at }) => ({ level, code, message, at: at ?? null }));
  const skipped = others > 0 ? `; ${count(others, "manifest")} of other types skipped` : "";
  context.print(
    render(format, rows, () =>
      [
        ...findings.map((finding) => {
          const colour = finding.level === "error" ? context.style.bad : context.style.warn;
          return `${colour(finding.level)} ${printable(formatProblem(finding))} [${finding.code}]`;
        }),
        `${count(documents.length, "document")}, ${count(errors, "error")}, ${count(findings.length - errors, "warning")}${skipped}`,
      ].join("\n"),
    ),
  );
  if (errors > 0 || (options.strict === true && findings.length > 0)) throw new CommandError("", 1);
}

export interface TestOptions {
  readonly manifestFile: readonly string[];
  readonly recursive?: boolean;
  readonly output: string;
}

/** Runs the `*.cases.yaml` beside policies, without a server, and names rules that no case met; exit code 1 when one fails. */
export async function testFiles(context: CommandContext, options: TestOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const given = await readManifests(options.manifestFile, options.recursive ?? false);
  const policyFiles = given.filter(({ file }) => !caseFile.test(file));
  const read = readPolicies(policyFiles);
  refuse(read.problems);
  const results: CaseResult[] = [];
  const stock = readStock();
  for (const { file, text } of findCases(given)) {
    const { cases, grants, problems } = parseCases(text, file, Date.now());
    const compiled = compilePolicies(mergeDocuments(stock, [...read.documents, ...grants]));
    refuse([...problems, ...compiled.problems]);
    results.push(...runCases(compiled.policies, cases));
  }
  if (results.length === 0) {
    const example = policyFiles[0]?.file.replace(/\.ya?ml$/, ".cases.yaml") ?? "policies.cases.yaml";
    throw new CommandError(
      `there are no cases; write them beside the policies, e.g. in \`${example}\``,
      errorFaces.BAD_USER_INPUT.exit,
    );
  }
  const { policies } = compilePolicies(mergeDocuments(stock, read.documents));
  const files = new Set(policyFiles.map(({ file }) => file));
  const unmet = findUnexercised(policies, results).filter(({ at }) => files.has(at.file));
  const total = countRules(policies, files);
  const failed = results.filter(({ failure }) => failure !== undefined);
  const report = {
    cases: results.map(({ case: one, failure }) => ({ name: one.name, at: placeOf(one), failure: failure ?? null })),
    notExercised: unmet.map(({ id, at }) => ({ id, at: placeOf({ at }) })),
    rules: total,
  };
  context.print(
    render(format, report, () =>
      [
        ...results.map(({ case: one, failure }) =>
          failure === undefined
            ? `${context.style.good("ok")}   ${printable(one.name)}`
            : `${context.style.bad("FAIL")} ${printable(`${one.name} (${placeOf(one)}): ${failure}`)}`,
        ),
        ...unmet.map(({ id, at }) => `${context.style.warn("never met")} ${printable(`${id} at ${placeOf({ at })}`)}`),
        `${count(results.length, "case")}, ${failed.length} failed; ${total - unmet.length} of ${count(total, "rule")} met`,
      ].join("\n"),
    ),
  );
  if (failed.length > 0) throw new CommandError("", 1);
}

/** Policies, grants, providers and use-cases of files, with every fault; `others`: how many manifests are of other types. */
export function readPolicies(files: readonly ManifestFile[]): {
  readonly documents: Documents;
  readonly problems: readonly Problem[];
  readonly others: number;
} {
  const read = files.map(({ file, text }) => parsePolicyYaml(text, file, { others: "skip" }));
  return {
    documents: read.flatMap(({ documents }) => documents),
    problems: read.flatMap(({ problems }) => problems),
    others: read.reduce((sum, { others }) => sum + others, 0),
  };
}

/** The policies that come with the server, as this version of the program has them. */
function readStock(): Documents {
  const names = readdirSync(stockFolder).filter((name) => name.endsWith(".yaml") && !caseFile.test(name));
  const texts = names
    .sort()
    .map((name) => ({ file: `policies/${name}`, text: readFileSync(join(stockFolder, name), "utf8") }));
  return readPolicies(texts).documents;
}

/** The cases that were given, and those beside the given policies. */
function findCases(given: readonly ManifestFile[]): ManifestFile[] {
  const found = new Map(given.filter(({ file }) => caseFile.test(file)).map((one) => [one.file, one]));
  for (const { file } of given) {
    const beside = file.replace(/(\.ya?ml)$/, ".cases$1");
    if (caseFile.test(file) || found.has(beside) || beside === file || !existsSync(beside)) continue;
    found.set(beside, { file: beside, text: readFileSync(beside, "utf8") });
  }
  return [...found.values()];
}

function countRules({ rules, dataPolicies }: CompiledPolicies, files: ReadonlySet<string>): number {
  return [...rules.map(({ rule }) => rule), ...dataPolicies].filter(({ at }) => files.has(at.file)).length;
}

function placeOf({ at }: Pick<PolicyCase, "at">): string {
  return `${at.file}:${at.line}:${at.column}`;
}

function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const lines = problems.map(formatProblem);
  const { exit } = errorFaces.BAD_USER_INPUT;
  throw lines.length === 1
    ? new CommandError(lines[0] ?? "", exit)
    : new CommandError(`the files have ${lines.length} faults`, exit, lines);
}
