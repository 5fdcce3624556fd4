import type { Resource, ResourceVersion, RollbackResourcePayload } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { unifiedDiff } from "../../shared/unified-diff.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { paintDiff } from "../output/diff.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable, printable } from "../output/table.ts";
import { nameOf, requireTarget, type Target, type TargetOptions } from "./target.ts";
import { assertNoUserErrors } from "./user-errors.ts";

export interface HistoryOptions extends TargetOptions {
  readonly show?: number;
  readonly diff?: number;
  readonly to?: number;
  readonly output: string;
}

const document = /* GraphQL */ `
  query History($type: String!, $name: String!, $workspace: String) {
    resource(type: $type, name: $name, workspace: $workspace) {
      type name workspace generation versions { generation at actor manifestYaml }
    }
  }
`;
const rollbackDocument = /* GraphQL */ `
  mutation Rollback($input: RollbackResourceInput!) {
    rollbackResource(input: $input) {
      resource { type name workspace outcome generation diff warnings { at message } }
      userErrors { at field message code }
    }
  }
`;

/** Lists the versions of a manifest, prints one, or compares two. */
export async function history(context: CommandContext, options: HistoryOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const resource = await readHistory(context, requireTarget(options));
  const { versions, generation } = resource;
  if (options.show !== undefined) {
    context.print(yamlOf(findVersion(resource, options.show)));
    return;
  }
  if (options.diff !== undefined) {
    const [before, after] = [findVersion(resource, options.diff), findVersion(resource, options.to ?? generation)];
    const diff = unifiedDiff(nameOf(resource), before.manifestYaml, after.manifestYaml);
    if (diff === "") context.note("they are the same");
    else context.print(paintDiff(diff, context.style));
    return;
  }
  const rows = versions.map(({ generation: number, at, actor }) => ({
    version: number,
    at,
    by: actor,
    isPresent: number === generation,
  }));
  context.print(
    render(format, rows, () =>
      formatTable(
        ["", "VERSION", "AT", "BY"],
        rows.map(({ version, at, by, isPresent }) => [isPresent ? "*" : "", String(version), at, by]),
      ),
    ),
  );
}

export interface RollbackOptions extends TargetOptions {
  readonly to?: number;
  readonly ifVersion?: number;
  readonly dryRun?: boolean;
}

/** Applies a former manifest again, which makes a new version. Secret values are not in the history: the present ones stay. */
export async function rollback(context: CommandContext, options: RollbackOptions): Promise<void> {
  const { dryRun = false, to, ifVersion } = options;
  const target = requireTarget(options);
  const resource = await readHistory(context, target);
  const version = to === undefined ? formerVersion(resource) : findVersion(resource, to);
  const { rollbackResource } = await context.client.query<{ rollbackResource: RollbackResourcePayload }>(
    rollbackDocument,
    { input: { ...target, to: version.generation, dryRun, ...(ifVersion !== undefined && { ifVersion }) } },
  );
  assertNoUserErrors(rollbackResource.userErrors, "nothing was rolled back");
  const applied = rollbackResource.resource;
  if (!applied) throw new CommandError("the server's answer names no resource", errorFaces.INTERNAL.exit);
  const name = printable(nameOf(resource));
  if (applied.outcome === "unchanged") {
    context.print(`unchanged ${name}  is as in version ${version.generation} already`);
    return;
  }
  if (dryRun) {
    context.print(paintDiff(applied.diff, context.style));
    context.print(`dry run, nothing was changed: ${name} would be as in version ${version.generation}`);
  } else context.print(`restored  ${name}  to version ${version.generation}, as version ${applied.generation}`);
  for (const { at, message } of applied.warnings) context.warn(at ? `${at}: ${message}` : message);
  if (resource.type === "secret" || resource.type === "instance-secret")
    context.note("former secret values are not kept; the present ones stay");
}

async function readHistory(context: CommandContext, target: Target): Promise<Resource> {
  const { resource } = await context.client.query<{ resource: Resource | null }>(document, { ...target });
  if (resource) return { ...resource, versions: [...resource.versions].sort((a, b) => b.generation - a.generation) };
  throw new CommandError(
    `there is no ${target.type} \`${target.name}\`, or you may not see it`,
    errorFaces.NOT_FOUND.exit,
  );
}

function findVersion(resource: Resource, number: number): ResourceVersion {
  const found = resource.versions.find(({ generation }) => generation === number);
  if (found) return found;
  const known = resource.versions.map(({ generation }) => generation).join(", ");
  throw new CommandError(`${nameOf(resource)} has no version ${number} (known: ${known})`, errorFaces.NOT_FOUND.exit);
}

/** The one before the present. */
function formerVersion(resource: Resource): ResourceVersion {
  const found = resource.versions.find(({ generation }) => generation < resource.generation);
  if (found) return found;
  throw new CommandError(`${nameOf(resource)} has no former version`, errorFaces.CONFLICT.exit);
}

function yamlOf({ manifestYaml }: ResourceVersion): string {
  return manifestYaml.trimEnd().split("\n").map(printable).join("\n");
}
