import type { Resource, ResourceConnection } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import type { Selector } from "./selector.ts";

const document = /* GraphQL */ `
  query Get($filter: ResourceFilter, $after: String) {
    resources(filter: $filter, first: 100, after: $after) {
      edges {
        node {
          urn type name workspace version owner layer tags status runtime phase generation observedGeneration resourceVersion
          manifest createdAt updatedAt conditions { type status reason message lastTransitionTime }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** Every resource that fits and that the caller may see, by the server's order. */
export async function fetchResources(
  context: CommandContext,
  selector: Selector & { readonly name?: string },
): Promise<readonly Resource[]> {
  const { status, tags, ...rest } = selector;
  const filter = { ...rest, ...(tags.length > 0 && { tags }) };
  const found: Resource[] = [];
  for (let after: string | undefined; ; ) {
    const { resources } = await context.client.query<{ resources: ResourceConnection }>(document, { filter, after });
    found.push(
      ...resources.edges.map((edge) => edge.node).filter((one) => status === undefined || one.status === status),
    );
    if (!resources.pageInfo.hasNextPage) return found;
    after = resources.pageInfo.endCursor ?? undefined;
    context.progress(`${found.length} so far`);
  }
}

/** Id of the caller. */
export async function fetchOwnId(context: CommandContext): Promise<string> {
  return (await context.client.query<{ me: { id: string } }>("query Me { me { id } }")).me.id;
}
