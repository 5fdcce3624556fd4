import type { Resource, ResourceConnection } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";

export interface GetOptions {
  readonly type?: string;
  readonly name?: string;
  readonly workspace?: string;
  readonly all: boolean;
  readonly owner?: string;
  readonly tag: readonly string[];
  readonly output: string;
}

const fields = /* GraphQL */ `
  fragment Listed on Resource {
    urn type name workspace version description owner layer tags status runtime phase generation observedGeneration
    manifest createdAt updatedAt conditions { type status reason message lastTransitionTime }
  }
`;
const listDocument = /* GraphQL */ `
  query Get($filter: ResourceFilter, $after: String) {
    me { id }
    resources(filter: $filter, first: 100, after: $after) { edges { node { ...Listed } } pageInfo { hasNextPage endCursor } }
  }
  ${fields}
`;
const meDocument = /* GraphQL */ `query Me { me { id } }`;

/** Lists resources: the caller's own, or everybody's with `all` or a name. */
export async function get(context: CommandContext, options: GetOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const resources = await fetchResources(context, options);
  if (options.name !== undefined && resources.length === 0) {
    throw new CommandError(
      `no ${options.type ?? "resource"} \`${options.name}\` is there for you to see`,
      errorFaces.NOT_FOUND.exit,
    );
  }
  const shown = resources.map(toDocument);
  const value = options.name !== undefined && shown.length === 1 ? shown[0] : shown;
  context.print(render(format, value, () => toTable(resources)));
  if (format === "table" && resources.length === 0) {
    context.note(options.all ? "no resources" : "no resources of your own; add -a for everybody's");
  }
  if (format === "table") noteFaults(context, resources);
}

async function fetchResources(context: CommandContext, options: GetOptions): Promise<Resource[]> {
  const own = options.all || options.name !== undefined || options.owner !== undefined;
  const owner = own ? options.owner : (await context.client.query<{ me: { id: string } }>(meDocument)).me.id;
  const filter = {
    ...(options.type !== undefined && { type: options.type }),
    ...(options.name !== undefined && { name: options.name }),
    ...(options.workspace !== undefined && { workspace: options.workspace }),
    ...(owner !== undefined && { owner }),
    ...(options.tag.length > 0 && { tags: options.tag }),
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

/** The manifest as it was applied, with the state that the server keeps about it. */
function toDocument(resource: Resource): Record<string, unknown> {
  const { urn, status, runtime, phase, generation, observedGeneration, conditions, createdAt, updatedAt, owner } =
    resource;
  return {
    ...(resource.manifest as Record<string, unknown>),
    owner,
    status: { urn, status, runtime, phase, generation, observedGeneration, createdAt, updatedAt, conditions },
  };
}

function noteFaults(context: CommandContext, resources: readonly Resource[]): void {
  for (const { type, name, conditions } of resources) {
    const faults = conditions.filter(({ status, message }) => status === "False" && message !== "");
    // several conditions often say the same: not healthy, therefore not ready
    for (const message of new Set(faults.map((fault) => fault.message)))
      context.note(`${context.style.warn(`${type}/${name}`)}: ${message}`);
  }
}
