import type { AppliedResource, ApplyResourcesPayload } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import type { Style } from "../output/style.ts";
import { padEnd, printable } from "../output/table.ts";
import { pickVariables, readManifests } from "./manifest-files.ts";
import { describeImpact, impactFields } from "./policy-impact.ts";
import { assertNoUserErrors } from "./user-errors.ts";

export interface ApplyOptions {
  readonly manifestFile: readonly string[];
  readonly workspace: string;
  readonly recursive?: boolean;
  readonly dryRun?: boolean;
  readonly interpolation: boolean;
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

/** Creates or updates every document of the files, or none. */
export async function apply(context: CommandContext, options: ApplyOptions): Promise<void> {
  const { dryRun = false, recursive = false } = options;
  const documents = await readManifests(options.manifestFile, recursive);
  const { applyResources } = await context.client.query<{ applyResources: ApplyResourcesPayload }>(documentOf(dryRun), {
    input: {
      documents,
      variables: options.interpolation ? pickVariables(documents) : [],
      disableInterpolation: !options.interpolation,
      workspace: options.workspace,
      dryRun,
    },
  });
  assertNoUserErrors(applyResources.userErrors, dryRun ? "this would be refused" : "nothing was applied");
  const { resources, impact } = applyResources;
  if (resources.length === 0) throw new CommandError("the files hold no document", errorFaces.BAD_USER_INPUT.exit);
  const width = Math.max(...resources.map(({ type, name }) => type.length + name.length + 1));
  for (const { type, name, workspace, outcome, generation, diff, warnings } of resources) {
    const paint = outcome === "unchanged" ? context.style.dim : context.style.good;
    const place = [workspace && `in ${workspace}`, generation > 1 && `generation ${generation}`].filter(Boolean);
    const what = padEnd(printable(`${type}/${name}`), width);
    context.print(`${paint(outcome.padEnd(9))} ${what}  ${place.join(", ")}`.trimEnd());
    if (dryRun && diff) context.print(toIndentedDiff(diff, context.style));
    for (const { at, message } of warnings) context.warn(at ? `${at}: ${message}` : message);
  }
  if (impact) context.print(describeImpact(context, impact));
  const count = (wanted: string): number => resources.filter(({ outcome }) => outcome === wanted).length;
  const summary = `${count("created")} created, ${count("updated")} updated, ${count("unchanged")} unchanged`;
  context.print(dryRun ? `dry run, nothing was changed: ${summary}` : summary);
  if (!dryRun) tellWhatIsNext(context, resources);
}

/** The lines of a unified diff without its head, which only repeats the resource's name. */
function toIndentedDiff(diff: string, { good, bad, dim }: Style): string {
  const paint = (line: string): string => {
    if (line.startsWith("@@")) return dim(line);
    return line.startsWith("+") ? good(line) : line.startsWith("-") ? bad(line) : line;
  };
  const lines = diff.trimEnd().split("\n").slice(2);
  return lines.map((line) => `    ${paint(printable(line))}`).join("\n");
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
