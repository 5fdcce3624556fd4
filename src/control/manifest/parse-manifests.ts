import { type Problem, sortProblems } from "../../shared/errors.ts";
import { suggestion } from "../../shared/nearest.ts";
import type { Secret } from "../../shared/secret.ts";
import { parseYamlDocuments, type YamlDocument, type YamlPlace } from "../../shared/yaml.ts";
import { type ManifestDocument, type ResourceRef, type ResourceType, resourceTypes, workspaceTypes } from "../ports.ts";
import { checkSchedule } from "../workflow/cron.ts";
import { createFaultReporter, type FaultReporter } from "./faults.ts";
import { interpolate } from "./interpolate.ts";
import { isName, nameRules, workspaceNameRule } from "./names.ts";
import { withoutNulls } from "./nulls.ts";
import { allowedKeys, keyword, mapping, shortText, tagList, text } from "./schema.ts";
import { extractSecrets, isSecretPath } from "./secret-values.ts";
import { grammars, plannedTypes, type SpecOf } from "./types/index.ts";
import { isScannerStack, readScannerSpec } from "./types/scanner.ts";
import { knownStacks, parseStack, type WorkflowSpec } from "./types/workflow.ts";
import { findUrlPasswords } from "./url-passwords.ts";
import { fromVendorDocument, verbatimTypes } from "./vendor-documents.ts";

/** One manifest that is well formed. */
export interface ParsedManifest<T extends ResourceType = ResourceType> {
  readonly ref: ResourceRef & { readonly type: T };
  readonly version: string;
  readonly description: string | undefined;
  /** `undefined`: whoever applies it */
  readonly owner: string | undefined;
  readonly layer: "user" | "system";
  readonly tags: readonly string[];
  readonly spec: SpecOf[T];
  /** the document after interpolation, `[redacted]` where secret values were */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** dotted path -> secret value */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** dotted paths of secrets that stay as they are stored, because the document reads `[redacted]` there */
  readonly keptSecrets: ReadonlySet<string>;
  readonly file: string;
  /** dotted path -> place of the value */
  readonly positions: ReadonlyMap<string, YamlPlace>;
  readonly report: FaultReporter;
  /** what is taken but may not be meant, sorted by place */
  readonly warnings: readonly Problem[];
}

export interface ParseOptions {
  readonly variables: ReadonlyMap<string, string>;
  readonly disableInterpolation: boolean;
  /** for documents that name none */
  readonly workspace: string;
  /** what schedules are checked against */
  readonly nowMs: number;
}

export interface ParsedManifests {
  readonly manifests: readonly ParsedManifest[];
  /** every fault of every document, sorted by place; where there is one, nothing of the call may be used */
  readonly problems: readonly Problem[];
}

const maxManifests = 1000;

/** Reads all documents. Never throws: faults are collected. */
export function parseManifests(documents: readonly ManifestDocument[], options: ParseOptions): ParsedManifests {
  const manifests: ParsedManifest[] = [];
  const problems: Problem[] = [];
  for (const { file, text } of documents) {
    const parsed = parseYamlDocuments(text, file);
    problems.push(...parsed.problems);
    for (const document of parsed.documents) {
      if (manifests.length >= maxManifests) {
        problems.push({
          at: { file, line: 1, column: 1 },
          message: `more than ${maxManifests} manifests in one call; apply them in several`,
        });
        break;
      }
      const manifest = parseManifest(document, file, options, problems);
      if (manifest) manifests.push(manifest);
    }
  }
  if (documents.length > 0 && manifests.length === 0 && problems.length === 0) {
    problems.push({
      message:
        "there is no manifest in what was given; expected at least one document with `name`, `type` and its section",
    });
  }
  problems.push(...findDuplicates(manifests));
  return { manifests, problems: sortProblems(problems) };
}

function parseManifest(
  given: YamlDocument,
  file: string,
  options: ParseOptions,
  problems: Problem[],
): ParsedManifest | undefined {
  const vendors = fromVendorDocument(given);
  const document = vendors ?? given;
  const type = typeof document.value === "object" && document.value !== null ? readType(document.value) : undefined;
  const isSecret = (path: readonly PropertyKey[]): boolean => isSecretPath(type ?? "", path);
  const early = createFaultReporter(file, document, isSecret);
  if (typeof document.value !== "object" || document.value === null || Array.isArray(document.value)) {
    problems.push(early.at([], "a manifest is a mapping; expected `name`, `type` and the section of the type"));
    return undefined;
  }
  if (type === undefined || !isResourceType(type)) {
    problems.push(typeProblem(type, document.value as Record<string, unknown>, early));
    return undefined;
  }
  const { value, faults } =
    options.disableInterpolation || vendors || verbatimTypes.has(type)
      ? { value: document.value, faults: [] }
      : interpolate(document, options.variables, isSecret);
  const resolved = value as Record<string, unknown>;
  const report = createFaultReporter(file, { ...document, value: resolved }, isSecret);
  const found: Problem[] = faults.map(({ path, message }) => report.at(path, message));
  if (faults.length > 0) {
    // WHY: what is checked below would only repeat that a variable is missing
    problems.push(...found);
    return undefined;
  }
  const manifest = checkManifest(type, resolved, document, file, report, options, found);
  problems.push(...found);
  return found.length > 0 ? undefined : manifest;
}

const head = {
  name: shortText,
  version: shortText.optional(),
  type: shortText,
  tags: tagList.optional(),
  description: text.optional(),
  owner: shortText.optional(),
  layer: keyword(["user", "system"]).optional(),
  workspace: shortText.optional(),
};

function checkManifest<T extends ResourceType>(
  type: T,
  given: Readonly<Record<string, unknown>>,
  document: YamlDocument,
  file: string,
  report: FaultReporter,
  options: ParseOptions,
  problems: Problem[],
): ParsedManifest<T> | undefined {
  const warnings: Problem[] = [];
  const rest = withoutNulls(given) as Record<string, unknown>;
  const section = rest[type];
  delete rest[type];
  const parsed = mapping(head).safeParse(rest);
  if (!parsed.success) {
    // the section's own key belongs to what is allowed
    const issues = parsed.error.issues.map((issue) =>
      issue.code === "unrecognized_keys" && allowedKeys(issue.message).length > 0
        ? { ...issue, message: `${issue.message},${type}` }
        : issue,
    );
    problems.push(...report.fromFaults([], issues));
  }
  const name = typeof rest.name === "string" ? rest.name : undefined;
  if (name !== undefined && !isName(nameRules[type], name)) {
    problems.push(
      report.at(["name"], `\`${name.slice(0, 80)}\` is not a name for a ${type}; expected ${nameRules[type].words}`),
    );
  }
  if (type === "depot" && name?.includes("-")) {
    warnings.push(
      report.at(
        ["name"],
        `\`${name}\`: hyphens in depot names are taken here but not by every tool; expected ${nameRules.depot.words}`,
      ),
    );
  }
  problems.push(...findUrlPasswords(type, given, report));
  const version = checkVersion(type, rest.version, report, problems, warnings);
  const workspace = checkWorkspace(type, rest.workspace, options.workspace, report, problems, warnings);
  if (section === undefined) {
    problems.push(report.at([], `the section \`${type}\` is missing; expected \`${type}: {…}\``));
    return undefined;
  }
  const reading = grammars[type].read(section, version);
  problems.push(...report.fromFaults([type], reading.faults));
  if (!parsed.success || reading.spec === undefined) return undefined;
  if (verbatimTypes.has(type) && (section as { readonly id?: unknown }).id !== parsed.data.name) {
    problems.push(
      report.at([type, "id"], `\`id\` and \`name\` of a ${type} are the same; give both as \`${parsed.data.name}\``),
    );
  }
  if (type === "workflow") checkWorkflow(reading.spec as WorkflowSpec, options.nowMs, report, problems, warnings);
  warnOfNumbers(type, document, report, warnings);
  const secrets = extractSecrets(type, given);
  return {
    ref: { type, name: parsed.data.name, workspace },
    version,
    description: parsed.data.description,
    owner: parsed.data.owner,
    layer: parsed.data.layer ?? "user",
    tags: [...new Set(parsed.data.tags ?? [])],
    spec: reading.spec,
    manifest: secrets.manifest,
    secrets: secrets.values,
    keptSecrets: secrets.kept,
    file,
    positions: document.positions,
    report,
    warnings: sortProblems(warnings),
  };
}

function checkVersion(
  type: ResourceType,
  given: unknown,
  report: FaultReporter,
  problems: Problem[],
  warnings: Problem[],
): string {
  const { versions } = grammars[type];
  const list = versions.map((version) => `\`${version}\``).join(", ");
  if (given === undefined) {
    warnings.push(report.at([], `\`version\` is missing; \`${versions[0]}\` is taken (known: ${list})`));
    return versions[0];
  }
  if (typeof given !== "string") return versions[0];
  if (!versions.includes(given)) {
    problems.push(
      report.at(
        ["version"],
        `unknown version \`${given.slice(0, 40)}\` of \`${type}\`${suggestion(given, versions)} (allowed: ${list})`,
      ),
    );
  } else if (given === "v1beta1") {
    warnings.push(report.at(["version"], `version \`v1beta1\` is read as \`v1\`; write \`v1\``));
  }
  return given;
}

function checkWorkspace(
  type: ResourceType,
  given: unknown,
  fallback: string,
  report: FaultReporter,
  problems: Problem[],
  warnings: Problem[],
): string | undefined {
  if (!workspaceTypes.has(type)) {
    if (given !== undefined)
      warnings.push(report.at(["workspace"], `a ${type} belongs to no workspace; \`workspace\` is ignored`));
    return undefined;
  }
  const workspace = typeof given === "string" ? given : fallback;
  if (!isName(workspaceNameRule, workspace)) {
    problems.push(
      report.at(
        ["workspace"],
        `\`${workspace.slice(0, 80)}\` is not a name for a workspace; expected ${workspaceNameRule.words}`,
      ),
    );
  }
  return workspace;
}

function checkWorkflow(
  spec: WorkflowSpec,
  nowMs: number,
  report: FaultReporter,
  problems: Problem[],
  warnings: Problem[],
): void {
  if (spec.schedule) {
    const fault = checkSchedule(spec.schedule, nowMs);
    if (fault) problems.push(report.at(["workflow", "schedule", fault.key], fault.message));
    if (spec.schedule.endOnMs !== undefined && spec.schedule.endOnMs <= nowMs) {
      warnings.push(report.at(["workflow", "schedule", "endOn"], "`endOn` is past; the workflow will not run"));
    }
  }
  spec.jobs.forEach((job, index) => {
    const { name } = parseStack(job.stack);
    if (isScannerStack(job.stack)) {
      const spec = ["workflow", "dag", index, "spec"];
      const key = report.has([...spec, "stackSpec"]) ? "stackSpec" : name;
      problems.push(...report.fromFaults([...spec, key], readScannerSpec(job.stackSpec).faults));
    }
    if ((knownStacks as readonly string[]).includes(name)) return;
    const list = knownStacks.map((stack) => `\`${stack}\``).join(", ");
    problems.push(
      report.at(
        ["workflow", "dag", index, "spec", "stack"],
        `unknown stack \`${name.slice(0, 80)}\`${suggestion(name, knownStacks)} (known: ${list})`,
      ),
    );
  });
}

/** A secret that YAML read as a number has lost its spelling (`007`). */
function warnOfNumbers(type: ResourceType, document: YamlDocument, report: FaultReporter, warnings: Problem[]): void {
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    } else if ((typeof value === "number" || typeof value === "boolean") && isSecretPath(type, path)) {
      warnings.push(
        report.at(path, `\`${path.join(".")}\` is read as a ${typeof value}; put it in quotes to keep it as written`),
      );
    }
  };
  walk(document.value, []);
}

function findDuplicates(manifests: readonly ParsedManifest[]): Problem[] {
  const seen = new Map<string, ParsedManifest>();
  const problems: Problem[] = [];
  for (const manifest of manifests) {
    const { type, name, workspace } = manifest.ref;
    const key = JSON.stringify([type, workspace ?? "", name]);
    const first = seen.get(key);
    if (!first) {
      seen.set(key, manifest);
      continue;
    }
    const at = first.report.at(["name"], "").at;
    problems.push(
      manifest.report.at(
        ["name"],
        `${type} \`${name}\` is given twice, first at ${at?.file}:${at?.line}:${at?.column}; keep one of them`,
      ),
    );
  }
  return problems;
}

// ---- type -----------------------------------------------------------------------------------------------------------

function readType(document: object): string | undefined {
  const type = Object.hasOwn(document, "type") ? (document as { type: unknown }).type : undefined;
  return typeof type === "string" ? type : undefined;
}

function isResourceType(type: string): type is ResourceType {
  return (resourceTypes as readonly string[]).includes(type);
}

function typeProblem(type: string | undefined, document: Record<string, unknown>, report: FaultReporter): Problem {
  const supported = resourceTypes.map((name) => `\`${name}\``).join(", ");
  if (type === undefined) {
    const hint = Object.hasOwn(document, "policy_use_case_id")
      ? "; put it below `grant:` and add `name` and `type: grant`"
      : "";
    return report.at([], `\`type\` is missing; expected one of ${supported}${hint}`);
  }
  if (plannedTypes.includes(type))
    return report.at(["type"], `type \`${type}\` is not supported yet; supported: ${supported}`);
  return report.at(
    ["type"],
    `unknown type \`${type.slice(0, 80)}\`${suggestion(type, resourceTypes)} (supported: ${supported})`,
  );
}
