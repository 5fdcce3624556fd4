import { type Problem, sortProblems } from "../../shared/errors.ts";
import { suggestion } from "../../shared/nearest.ts";
import type { Secret } from "../../shared/secret.ts";
import { parseYamlDocuments, type YamlDocument, type YamlPlace } from "../../shared/yaml.ts";
import { type ManifestDocument, type ResourceRef, type ResourceType, resourceTypes, workspaceTypes } from "../ports.ts";
import { below, createFaultReporter, type FaultReporter } from "./faults.ts";
import { headOf } from "./head.ts";
import { interpolate } from "./interpolate.ts";
import { isName, nameRules, workspaceNameRule } from "./names.ts";
import { withoutNulls } from "./nulls.ts";
import { findScheduleFaults } from "./schedules.ts";
import { alsoAllowing } from "./schema.ts";
import { extractSecrets, isSecretPath } from "./secret-values.ts";
import type { BundleSection } from "./types/bundle.ts";
import { formerVersion, grammars, plannedTypes, type SpecOf, versionsOf } from "./types/index.ts";
import { knownStacks, parseStack, type Runnable, stackFamily } from "./types/runnable.ts";
import { isScannerStack, noScan, readOtherScan, readScannerSpec } from "./types/scanner.ts";
import type { WorkflowSpec } from "./types/workflow.ts";
import { findUrlPasswords } from "./url-passwords.ts";
import { fromVendorDocument } from "./vendor-documents.ts";
import { isOtherLanguage, verbatimTypes } from "./verbatim.ts";

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
  /** A variable that is not set is a fault, or a warning, and what it stands in is not checked; default `fault`. */
  readonly unsetVariables?: "fault" | "warning";
}

export interface ParsedManifests {
  readonly manifests: readonly ParsedManifest[];
  /** every fault of every document, sorted by place; where there is one, nothing of the call may be used */
  readonly problems: readonly Problem[];
  /** the warnings of all manifests, also of those with faults, sorted by place */
  readonly warnings: readonly Problem[];
}

const maxManifests = 1000;

/** Reads all documents. Never throws: faults are collected. */
export function parseManifests(documents: readonly ManifestDocument[], options: ParseOptions): ParsedManifests {
  const manifests: ParsedManifest[] = [];
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
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
      const manifest = parseManifest(document, file, options, problems, warnings);
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
  return { manifests, problems: sortProblems(problems), warnings: sortProblems(warnings) };
}

function parseManifest(
  given: YamlDocument,
  file: string,
  options: ParseOptions,
  problems: Problem[],
  allWarnings: Problem[],
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
    options.disableInterpolation || (vendors && type !== "product") || verbatimTypes.has(type)
      ? { value: document.value, faults: [] }
      : interpolate(document, options.variables, isSecret, isOtherLanguage);
  const resolved = value as Record<string, unknown>;
  const report = createFaultReporter(file, { ...document, value: resolved }, isSecret);
  const isLoose = options.unsetVariables === "warning";
  const found: Problem[] = faults
    .filter(({ variable }) => variable === undefined || !isLoose)
    .map(({ path, message }) => report.at(path, message));
  if (found.length > 0) {
    // WHY: what is checked below would only repeat that a variable is missing
    problems.push(...found);
    return undefined;
  }
  const unset = faults.map(({ path, variable }) =>
    report.at(path, `variable \`${variable}\` is not set here; what it stands in is not checked`),
  );
  const said: Problem[] = [];
  const manifest = checkManifest(type, resolved, {
    document,
    file,
    report,
    options,
    problems: found,
    warnings: said,
    isMember: false,
  });
  const open = faults.map(({ path }) => path.join("."));
  const isKnown = ({ field = "" }: Problem): boolean =>
    !open.some((path) => field === path || field.startsWith(`${path}.`));
  const warnings = sortProblems([...unset, ...said.filter(isKnown)]);
  problems.push(...found.filter(isKnown));
  allWarnings.push(...warnings);
  return found.length > 0 || !manifest ? undefined : { ...manifest, warnings };
}

/** What a manifest is read from, and where its faults go. */
interface Reading {
  readonly document: YamlDocument;
  readonly file: string;
  readonly report: FaultReporter;
  readonly options: ParseOptions;
  readonly problems: Problem[];
  readonly warnings: Problem[];
  /** it stands in a bundle, which looks for passwords and numbers in the whole document */
  readonly isMember: boolean;
}

function checkManifest<T extends ResourceType>(
  type: T,
  given: Readonly<Record<string, unknown>>,
  reading: Reading,
): ParsedManifest<T> | undefined {
  const { document, file, report, options, problems, warnings, isMember } = reading;
  const rest = withoutNulls(given) as Record<string, unknown>;
  const section = rest[type];
  delete rest[type];
  const parsed = headOf(type).safeParse(rest);
  if (!parsed.success) {
    // the section's own key belongs to what is allowed
    const issues = parsed.error.issues.map((issue) =>
      issue.code === "unrecognized_keys"
        ? { ...issue, message: alsoAllowing(issue.message, type, grammars[type].schemas[versionsOf(type)[0]]) }
        : issue,
    );
    problems.push(...report.fromFaults([], issues));
  }
  checkName(type, rest.name, report, problems, warnings);
  if (rest.title !== undefined) {
    const message = `\`title\` is no key of a manifest's head and has no effect; put it below \`${type}\`, or into \`description\``;
    warnings.push(report.atKey(["title"], message));
  }
  if (!isMember) problems.push(...findUrlPasswords(type, given, report));
  const version = checkVersion(type, rest.version, report, problems, warnings);
  const workspace = checkWorkspace(type, rest.workspace, options.workspace, report, problems, warnings);
  if (section === undefined) {
    problems.push(report.at([], `the section \`${type}\` is missing; expected \`${type}: {…}\``));
    return undefined;
  }
  const { spec, faults } = grammars[type].read(section, version);
  problems.push(...report.fromFaults([type], faults));
  if (!parsed.success || spec === undefined) return undefined;
  if (verbatimTypes.has(type) && (section as { readonly id?: unknown }).id !== parsed.data.name) {
    problems.push(
      report.at([type, "id"], `\`id\` and \`name\` of a ${type} are the same; give both as \`${parsed.data.name}\``),
    );
  }
  for (const { path, message } of findScheduleFaults(type, spec, options.nowMs)) {
    problems.push(report.at([type, ...path], message));
  }
  if (type === "workflow") checkWorkflow(spec as WorkflowSpec, options.nowMs, report, problems, warnings);
  if (type === "service" || type === "worker") checkStack(spec as Runnable, [type], report, problems, warnings);
  if (type === "bundle") checkMembers(spec as BundleSection, reading);
  if (!isMember) warnOfNumbers(type, document, report, warnings);
  const secrets = extractSecrets(type, given);
  return {
    ref: { type, name: parsed.data.name, workspace },
    version,
    description: parsed.data.description,
    owner: parsed.data.owner,
    layer: parsed.data.layer ?? "user",
    tags: [...new Set(parsed.data.tags ?? [])],
    spec,
    manifest: secrets.manifest,
    secrets: secrets.values,
    keptSecrets: secrets.kept,
    file,
    positions: document.positions,
    report,
    warnings: sortProblems(warnings),
  };
}

function checkName(
  type: ResourceType,
  name: unknown,
  report: FaultReporter,
  problems: Problem[],
  warnings: Problem[],
): void {
  if (typeof name !== "string") return;
  const { words } = nameRules[type];
  if (!isName(nameRules[type], name)) {
    problems.push(report.at(["name"], `\`${name.slice(0, 80)}\` is not a name for a ${type}; expected ${words}`));
  }
  if ((type === "depot" || type === "cluster") && name.includes("-")) {
    const message = `\`${name}\`: hyphens in ${type} names are taken here but not by every tool; expected ${words}`;
    warnings.push(report.at(["name"], message));
  }
}

/** The manifests in a bundle follow the grammar of their types. */
function checkMembers({ resources }: BundleSection, reading: Reading): void {
  for (const [index, { spec, workspace }] of resources.entries()) {
    if (spec === undefined) continue;
    const path = ["bundle", "resources", index, "spec"];
    const report = below(reading.report, path);
    const type = readType(spec);
    if (type === undefined || !isResourceType(type)) {
      reading.problems.push(typeProblem(type, spec, report));
      continue;
    }
    if (type === "bundle") {
      reading.problems.push(report.at(["type"], "a bundle holds no other bundle; list its resources here"));
      continue;
    }
    const options = workspace === undefined ? reading.options : { ...reading.options, workspace };
    checkManifest(type, spec, { ...reading, report, options, isMember: true });
  }
}

function checkVersion(
  type: ResourceType,
  given: unknown,
  report: FaultReporter,
  problems: Problem[],
  warnings: Problem[],
): string {
  const versions = versionsOf(type);
  const list = versions.map((version) => `\`${version}\``).join(", ");
  if (given === undefined) {
    warnings.push(report.at([], `\`version\` is missing; \`${versions[0]}\` is taken (known: ${list})`));
    return versions[0];
  }
  if (typeof given !== "string") return versions[0];
  if (given === formerVersion) {
    const message = `version \`${formerVersion}\` is read as \`${versions[0]}\`; write \`${versions[0]}\``;
    warnings.push(report.at(["version"], message));
  } else if (!versions.includes(given)) {
    problems.push(
      report.at(
        ["version"],
        `unknown version \`${given.slice(0, 40)}\` of \`${type}\`${suggestion(given, versions)} (allowed: ${list})`,
      ),
    );
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
  if (spec.schedule?.endOnMs !== undefined && spec.schedule.endOnMs <= nowMs) {
    warnings.push(report.at(["workflow", "schedule", "endOn"], "`endOn` is past; the workflow will not run"));
  }
  spec.jobs.forEach((job, index) => {
    const path = ["workflow", "dag", index, "spec"];
    if (isScannerStack(job.stack)) {
      const key = report.has([...path, "stackSpec"]) ? "stackSpec" : parseStack(job.stack).name;
      problems.push(...report.fromFaults([...path, key], readScannerSpec(job.stackSpec).faults));
      const other = readOtherScan(job.stackSpec);
      if (other !== undefined) warnings.push(report.at([...path, key, "type"], noScan(other)));
    }
    checkStack(job, path, report, problems, warnings);
  });
}

/** A stack that is nearly one of the known ones is a slip; any other may be one of this installation's own. */
function checkStack(
  { stack }: Pick<Runnable, "stack">,
  path: readonly PropertyKey[],
  report: FaultReporter,
  problems: Problem[],
  warnings: Problem[],
): void {
  const name = stackFamily(stack);
  if ((knownStacks as readonly string[]).includes(name)) return;
  const shown = `unknown stack \`${name.slice(0, 80)}\``;
  const meant = suggestion(name, knownStacks);
  if (meant !== "") {
    const list = knownStacks.map((known) => `\`${known}\``).join(", ");
    problems.push(report.at([...path, "stack"], `${shown}${meant} (known: ${list})`));
  } else {
    warnings.push(report.at([...path, "stack"], `${shown}; what names it waits until the server has a runner for it`));
  }
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
