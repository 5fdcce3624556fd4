import type { AppliedResource, ApplyResourcesPayload, PruneInput } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { paintDiff } from "../output/diff.ts";
import { padEnd, printable } from "../output/table.ts";
import { type ManifestFile, pickVariables, readManifests } from "./manifest-files.ts";
import { describeImpact, impactFields } from "./policy-impact.ts";
import { parseSelector } from "./selector.ts";
import { nameOf } from "./target.ts";
import { assertNoUserErrors } from "./user-errors.ts";

/** Which manifests, and how they are read. */
export interface ManifestOptions {
  readonly manifestFile: readonly string[];
  readonly workspace: string;
  readonly recursive?: boolean;
  readonly disableInterpolation?: boolean;
}

export interface ApplyOptions extends ManifestOptions {
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly selector: readonly string[];
  readonly yes?: boolean;
  readonly lint?: boolean;
  readonly reRun?: boolean;
}

const documentOf = (dryRun: boolean): string => /* GraphQL */ `
  mutation Apply($input: ApplyResourcesInput!) {
    applyResources(input: $input) {
      ${dryRun ? `impact { ${impactFields} }` : ""}
      resources { type name workspace version outcome generation diff warnings { at message } }
      userErrors { at field message code }
    }
  }
`;
const { exit: badInput } = errorFaces.BAD_USER_INPUT;

/** Creates or updates every document of the files, or none; with `prune` deletes what they do not speak of any more. */
export async function apply(context: CommandContext, options: ApplyOptions): Promise<void> {
  const { dryRun = false, prune = false } = options;
  if (options.lint) {
    const { lint } = await import("./lint.ts");
    await lint(context, { ...options, output: "table" });
    return;
  }
  const { tags, ...others } = parseSelector(options.selector);
  if (prune && (tags.length === 0 || Object.keys(others).length > 0))
    throw new CommandError("say what --prune may delete by a tag alone, e.g. `-l tag=team:sales`", badInput);
  if (!prune && options.selector.length > 0)
    throw new CommandError("-l says what --prune may delete, and --prune is not given", badInput);
  const files = await readManifests(options.manifestFile, options.recursive ?? false);
  const pruning = prune ? await import("./prune.ts") : undefined;
  let given: PruneInput | undefined = prune ? { tags } : undefined;
  // WHY: before anything is changed a person sees what would go, and the server deletes nothing that they have not seen
  if (pruning && !dryRun) {
    const plan = pruning.deletedOf(await applyManifests(context, files, options, true, given));
    await pruning.confirmPrune(context, plan, options.yes ?? false);
    given = { tags, expected: plan.map(({ type, name, workspace }) => ({ type, name, workspace: workspace ?? null })) };
  }
  context.progress(`applying ${files.length} file${files.length === 1 ? "" : "s"}`);
  const payload = await applyManifests(context, files, options, dryRun, given);
  context.progress("");
  show(context, payload, dryRun);
  const summary = summaryOf(payload, prune);
  context.print(dryRun ? `dry run, nothing was changed: ${summary}` : summary);
  if (dryRun) return;
  if (options.reRun) await runUnchanged(context, payload.resources);
  tellWhatIsNext(context, payload.resources);
}

/** Applies manifests where each is of something new, or of something that is there. @throws {CommandError} one is not; nothing was changed */
export async function applyOnly(
  context: CommandContext,
  wanted: "create" | "update",
  options: ManifestOptions,
): Promise<void> {
  const files = await readManifests(options.manifestFile, options.recursive ?? false);
  const { resources } = await applyManifests(context, files, options, true);
  const others = resources.filter(({ outcome }) => (outcome === "created") !== (wanted === "create"));
  if (others.length > 0) {
    const [what, exit] =
      wanted === "create"
        ? ["is there already; `update` changes it", errorFaces.CONFLICT.exit]
        : ["is not there; `create` makes it", errorFaces.NOT_FOUND.exit];
    const lines = others.map((resource) => `${nameOf(resource)} ${what}`);
    throw new CommandError("nothing was applied", exit, lines);
  }
  await apply(context, { ...options, selector: [] });
}

/** What changed runs by itself. */
async function runUnchanged(context: CommandContext, resources: readonly AppliedResource[]): Promise<void> {
  const { runWorkflow } = await import("./run.ts");
  for (const { type, name, workspace, outcome } of resources) {
    if (type === "workflow" && outcome === "unchanged")
      await runWorkflow(context, name, typeof workspace === "string" ? { workspace } : {});
  }
}

/** Sends the manifests. @throws {CommandError} one has a fault, or there is none; nothing was changed */
export async function applyManifests(
  context: CommandContext,
  documents: readonly ManifestFile[],
  { disableInterpolation = false, workspace }: ManifestOptions,
  dryRun: boolean,
  prune?: PruneInput,
): Promise<ApplyResourcesPayload> {
  const { applyResources } = await context.client.query<{ applyResources: ApplyResourcesPayload }>(documentOf(dryRun), {
    input: {
      documents,
      variables: disableInterpolation ? [] : pickVariables(documents),
      disableInterpolation,
      workspace,
      dryRun,
      ...(prune && { prune }),
    },
  });
  assertNoUserErrors(applyResources.userErrors, dryRun ? "this would be refused" : "nothing was applied", {
    sources: documents,
  });
  if (applyResources.resources.length === 0) throw new CommandError("the files hold no document", badInput);
  return applyResources;
}

function show(context: CommandContext, { resources, impact }: ApplyResourcesPayload, dryRun: boolean): void {
  const width = Math.max(...resources.map(({ type, name }) => type.length + name.length + 1));
  for (const { type, name, workspace, outcome, generation, diff, warnings } of resources) {
    const isDeleted = outcome === "deleted";
    const paint = outcome === "unchanged" ? context.style.dim : isDeleted ? context.style.bad : context.style.good;
    const place = [workspace && `in ${workspace}`, !isDeleted && generation > 1 && `generation ${generation}`].filter(
      Boolean,
    );
    const what = padEnd(printable(`${type}/${name}`), width);
    context.print(`${paint(outcome.padEnd(9))} ${what}  ${place.join(", ")}`.trimEnd());
    if (dryRun && diff && !isDeleted) context.print(paintDiff(diff, context.style));
    for (const { at, message } of warnings) context.warn(at ? `${at}: ${message}` : message);
  }
  if (impact) context.print(describeImpact(context, impact));
}

function summaryOf({ resources }: ApplyResourcesPayload, prunes: boolean): string {
  const count = (wanted: string): number => resources.filter(({ outcome }) => outcome === wanted).length;
  return `${count("created")} created, ${count("updated")} updated, ${count("unchanged")} unchanged${prunes ? `, ${count("deleted")} deleted` : ""}`;
}

function tellWhatIsNext(context: CommandContext, resources: readonly AppliedResource[]): void {
  const changed = resources.filter(({ outcome }) => outcome !== "unchanged");
  const workflow = changed.find(({ type }) => type === "workflow");
  if (workflow) {
    const place = workflow.workspace === "public" ? "" : ` -w ${workflow.workspace}`;
    context.note(`follow it with: dataos-ctl log -t workflow -n ${workflow.name}${place} -f`);
  } else if (changed.some(({ type }) => type === "depot"))
    context.note("see how it is doing with: dataos-ctl get -t depot -a");
}

/** Prints what applying the files would change. Exit code 1 where it would change something. */
export async function diff(context: CommandContext, options: ManifestOptions): Promise<void> {
  const files = await readManifests(options.manifestFile, options.recursive ?? false);
  const { resources } = await applyManifests(context, files, options, true);
  const changed = resources.filter(({ outcome }) => outcome !== "unchanged");
  for (const resource of changed) {
    context.print(context.style.bold(printable(`${nameOf(resource)} would be ${resource.outcome}`)));
    context.print(paintDiff(resource.diff, context.style));
  }
  if (changed.length === 0) context.note("nothing would change");
  else throw new CommandError("", errorFaces.INTERNAL.exit);
}
