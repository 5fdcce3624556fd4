import { type ParsedManifest, parseManifests } from "../../control/manifest/index.ts";
import { compilePolicies } from "../../heimdall/policy/index.ts";
import { type Problem, sortProblems } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { printable } from "../output/table.ts";
import { count } from "../words.ts";
import { type ManifestFile, readManifests } from "./manifest-files.ts";

export interface LintOptions {
  readonly manifestFile: readonly string[];
  readonly recursive?: boolean;
  readonly workspace: string;
  readonly strict?: boolean;
  readonly output: string;
}

/** One fault or warning; documented in docs/resources.md. */
interface Finding {
  readonly file: string;
  /** from 1 */
  readonly line: number;
  readonly column: number;
  /** dotted, e.g. `depot.spec.host`; empty for the whole document */
  readonly path: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** what should stand there, where that can be said; else null */
  readonly expected: string | null;
  /** the nearest word that is taken there, or where the key belongs; null where neither can be said */
  readonly suggestion: string | null;
}

const caseFile = /\.cases\.ya?ml$/;

/**
 * Checks manifests without a server: their grammar, and what policies say. Values are never printed where they are secrets.
 * @throws {CommandError} with exit code 1 where there is an error, with `strict` where there is any finding
 */
export async function lint(context: CommandContext, options: LintOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  // cases of policies stand beside manifests and are none
  const files = (await readManifests(options.manifestFile, options.recursive ?? false)).filter(
    ({ file }) => !caseFile.test(file),
  );
  const checked = files.map((file) => check(file, options.workspace));
  const twins = findTwins(checked.flatMap((one) => one.manifests));
  const findings = files.flatMap(({ file }, index) =>
    [...(checked[index]?.findings ?? []), ...twins.filter((twin) => twin.file === file)].sort(byPlace),
  );
  const errors = findings.filter(({ severity }) => severity === "error").length;
  context.print(render(format, findings, () => toLines(context, findings, files.length)));
  if (errors > 0 || (options.strict === true && findings.length > 0)) throw new CommandError("", 1);
}

function byPlace(a: Finding, b: Finding): number {
  return a.line - b.line || a.column - b.column;
}

function check(
  { file, text }: ManifestFile,
  workspace: string,
): { readonly findings: readonly Finding[]; readonly manifests: readonly ParsedManifest[] } {
  const { manifests, problems, warnings } = parseManifests([{ file, text }], {
    variables: new Map(
      Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    disableInterpolation: false,
    workspace,
    nowMs: Date.now(),
    unsetVariables: "warning",
  });
  const faults = [...problems, ...manifests.flatMap(findPolicyFaults)];
  const findings = [
    ...faults.map((problem) => toFinding(file, problem, "error")),
    ...warnings.map((problem) => toFinding(file, problem, "warning")),
  ];
  return { findings, manifests };
}

/** What Heimdall would refuse; grants and use-cases are made of what only a server knows. */
function findPolicyFaults({ ref, file, manifest, positions }: ParsedManifest): readonly Problem[] {
  if (ref.type !== "policy") return [];
  const below = [...positions].flatMap(([path, place]) => {
    if (path === "policy") return [["", place] as const];
    return path.startsWith("policy.") ? [[path.slice("policy.".length), place] as const] : [];
  });
  const document = { kind: "policy", name: ref.name, file, spec: manifest.policy, positions: new Map(below) } as const;
  return sortProblems(compilePolicies([document]).problems);
}

/** The same resource in two files: one call takes only one of them. */
function findTwins(manifests: readonly ParsedManifest[]): readonly Finding[] {
  const first = new Map<string, ParsedManifest>();
  return manifests.flatMap((manifest) => {
    const { type, name, workspace } = manifest.ref;
    const key = JSON.stringify([type, workspace ?? "", name]);
    const other = first.get(key);
    if (!other) first.set(key, manifest);
    if (!other || other.file === manifest.file) return [];
    const at = other.report.at(["name"], "").at;
    const message = `${type} \`${name}\` is also in ${other.file}:${at?.line ?? 1}:${at?.column ?? 1}; one call applies only one of them`;
    return [toFinding(manifest.file, manifest.report.at(["name"], message), "warning")];
  });
}

function toFinding(file: string, { at, field, message }: Problem, severity: Finding["severity"]): Finding {
  return {
    file: at?.file ?? file,
    line: at?.line ?? 1,
    column: at?.column ?? 1,
    path: field ?? "",
    severity,
    message,
    expected: expectedOf(message),
    suggestion: suggestionOf(message, field),
  };
}

/** The word that was probably meant, or for a key in the wrong place where it belongs, e.g. `iceberg.metastore`. */
function suggestionOf(message: string, field = ""): string | null {
  const place = /; it belongs below `([^`]+)`/.exec(message)?.[1];
  if (place !== undefined) return `${place}.${field.slice(field.lastIndexOf(".") + 1)}`;
  return /; did you mean `([^`]+)`\?/.exec(message)?.[1] ?? null;
}

/** Every message says what is expected in one of these ways (STYLE: user's text in backticks, what was expected, how to mend it). */
function expectedOf(message: string): string | null {
  const list = / \((?:allowed|known|supported|jobs|resources): (.+)\)$/.exec(message)?.[1];
  if (list !== undefined) return `one of ${list}`;
  return /(?:^|[;:,] )expected (.+)$/.exec(message)?.[1] ?? null;
}

/** As compilers say it, so that terminals and editors find the place. */
function toLines(context: CommandContext, findings: readonly Finding[], files: number): string {
  const { bad, warn } = context.style;
  const lines = findings.map(({ file, line, column, severity, message }) => {
    const word = severity === "error" ? bad("error") : warn("warning");
    return `${printable(`${file}:${line}:${column}`)}: ${word}: ${printable(message)}`;
  });
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const sum = `${count(files, "file")}, ${count(errors, "error")}, ${count(findings.length - errors, "warning")}`;
  return [...lines, sum].join("\n");
}
