import type { Resource, ResourceConnection } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { toManifest, toManifestYaml, toStatus } from "../output/manifest-document.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";

export interface GetOptions {
  readonly type?: string;
  readonly name?: string;
  readonly workspace?: string;
  readonly all?: boolean;
  readonly owner?: string;
  readonly tag: readonly string[];
  readonly output: string;
}

const listDocument = /* GraphQL */ `
  query Get($filter: ResourceFilter, $after: String) {
    resources(filter: $filter, first: 100, after: $after) {
      edges {
        node {
          urn type name workspace version owner status runtime phase generation observedGeneration
          manifest createdAt updatedAt conditions { type status reason message lastTransitionTime }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const meDocument = /* GraphQL */ `query Me { me { id } }`;

/** Lists resources: the caller's own, or everybody's with `all` or a name. YAML is what `apply` takes again. */
export async function get(context: CommandContext, options: GetOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const resources = await fetchResources(context, options);
  if (options.name !== undefined && resources.length === 0) {
    throw new CommandError(
      `there is no ${options.type ?? "resource"} \`${options.name}\`, or you may not see it`,
      errorFaces.NOT_FOUND.exit,
    );
  }
  if (format === "yaml") {
    if (resources.length > 0) context.print(resources.map(toManifestYaml).join("\n---\n"));
    return;
  }
  const shown = resources.map((resource) => ({ ...toManifest(resource), status: toStatus(resource) }));
  const value = options.name !== undefined && shown.length === 1 ? shown[0] : shown;
  context.print(render(format, value, () => toTable(resources)));
  if (format === "table") explain(context, options, resources);
}

async function fetchResources(context: CommandContext, options: GetOptions): Promise<Resource[]> {
  const owner = isOwnOnly(options) ? (await context.client.query<{ me: { id: string } }>(meDocument)).me.id : undefined;
  const filter = {
    ...(options.type !== undefined && { type: options.type }),
    ...(options.name !== undefined && { name: options.name }),
    ...(options.workspace !== undefined && { workspace: options.workspace }),
    ...(options.tag.length > 0 && { tags: options.tag }),
    ...((owner ?? options.owner) !== undefined && { owner: owner ?? options.owner }),
  };
  const found: Resource[] = [];
  for (let after: string | undefined; ; ) {
    const { resources } = await context.client.query<{ resources: ResourceConnection }>(listDocument, {
      filter,
      after,
    });
    found.push(...resources.edges.map((edge) => edge.node));
    if (!resources.pageInfo.hasNextPage) return found;
    after = resources.pageInfo.endCursor ?? undefined;
  }
}

function isOwnOnly({ all, name, owner }: GetOptions): boolean {
  return !all && name === undefined && owner === undefined;
}

function toTable(resources: readonly Resource[]): string {
  return formatTable(
    ["NAME", "VERSION", "TYPE", "WORKSPACE", "STATUS", "RUNTIME", "OWNER"],
    resources.map(({ name, version, type, workspace, status, runtime, owner }) => [
      name,
      version,
      type,
      workspace ?? "",
      status,
      runtime,
      owner,
    ]),
  );
}

/** Says why something does not work, each reason once, and what an empty list may come from. */
function explain(context: CommandContext, options: GetOptions, resources: readonly Resource[]): void {
  for (const { type, name, workspace, conditions } of resources) {
    const failing = conditions.filter(({ status, message }) => status === "False" && message !== "");
    for (const message of new Set(failing.map((condition) => condition.message)))
      context.warn(`${type}/${workspace ? `${workspace}/` : ""}${name}: ${message}`);
  }
  if (resources.length === 0)
    context.note(isOwnOnly(options) ? "none of your own; add -a for everybody's" : "none that you may see");
}
