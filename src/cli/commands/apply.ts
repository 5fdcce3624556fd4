import type { ApplyResourcesPayload } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { printable } from "../output/table.ts";
import { pickVariables, readManifests } from "./manifest-files.ts";
import { assertNoUserErrors } from "./user-errors.ts";

export interface ApplyOptions {
  readonly manifestFile: readonly string[];
  readonly workspace: string;
  readonly recursive: boolean;
  readonly dryRun: boolean;
  readonly interpolation: boolean;
}

const document = /* GraphQL */ `
  mutation Apply($input: ApplyResourcesInput!) {
    applyResources(input: $input) {
      resources { type name workspace version outcome generation diff warnings { at message } }
      userErrors { at field message code }
    }
  }
`;

/** Creates or updates every document of the files, or none. */
export async function apply(context: CommandContext, options: ApplyOptions): Promise<void> {
  const documents = await readManifests(options.manifestFile, options.recursive);
  const { applyResources } = await context.client.query<{ applyResources: ApplyResourcesPayload }>(document, {
    input: {
      documents,
      variables: options.interpolation ? pickVariables(documents) : [],
      disableInterpolation: !options.interpolation,
      workspace: options.workspace,
      dryRun: options.dryRun,
    },
  });
  assertNoUserErrors(applyResources.userErrors, options.dryRun ? "the files would be refused" : "nothing was applied");
  const { resources } = applyResources;
  if (resources.length === 0) throw new CommandError("the files hold no document", errorFaces.BAD_USER_INPUT.exit);
  const width = Math.max(...resources.map(({ type, name }) => type.length + name.length + 1));
  for (const { type, name, workspace, outcome, generation, diff, warnings } of resources) {
    const colour = outcome === "unchanged" ? context.style.dim : context.style.good;
    const place = [workspace && `in ${workspace}`, generation > 1 && `generation ${generation}`]
      .filter(Boolean)
      .join(", ");
    context.print(`${colour(outcome.padEnd(9))} ${printable(`${type}/${name}`).padEnd(width)} ${place}`.trimEnd());
    if (options.dryRun && diff) context.print(diff.replace(/^/gm, "    "));
    for (const { at, message } of warnings)
      context.note(`${context.style.warn("warning")}: ${at ? `${at}: ` : ""}${message}`);
  }
  const count = (outcome: string): number => resources.filter((resource) => resource.outcome === outcome).length;
  const summary = `${count("created")} created, ${count("updated")} updated, ${count("unchanged")} unchanged`;
  context.print(options.dryRun ? `dry run, nothing was changed: ${summary}` : summary);
}
