/** What the demo shows of a source: words to search, a column to trace, three objects to decide about. */
export interface Story {
  readonly words: readonly string[];
  /** URN or UDL address of a view's column */
  readonly column: string;
  readonly allowed: string;
  readonly denied: string;
  readonly masked: string;
  /** policies that make it so, besides those of the quick start; YAML */
  readonly policies: string;
}

/** The sample shop's; its policies are in `examples/quickstart`. */
export const shopStory: Story = {
  words: ["customer", "mail"],
  column: "dataos://shopdb:shop/customer_value#lifetime_value",
  allowed: "dataos://shopdb:shop/product",
  denied: "dataos://shopdb:shop/supplier",
  masked: "dataos://shopdb:shop/customer_value",
  policies: "",
};

interface Dataset {
  readonly urn: string;
  readonly name: string;
  readonly datasetType: string;
  readonly columns: readonly { readonly urn: string; readonly name: string }[];
}

/** Sends a GraphQL query and gives its `data`. */
export type Query = <Data>(document: string, variables?: Readonly<Record<string, unknown>>) => Promise<Data>;

/** Finds in an unknown database what a story needs, and writes the policies for it. */
export async function chooseStory(query: Query): Promise<Story> {
  const { entities } = await query<{ entities: { edges: readonly { node: Dataset }[] } }>(
    `{ entities(filter: {kind: dataset, depot: "shopdb"}, first: 100) { edges { node { urn name datasetType columns { urn name } } } } }`,
  );
  const datasets = entities.edges.map((edge) => edge.node);
  const [first, second = first, third = second] = datasets.filter(({ datasetType }) => datasetType === "table");
  if (!first || !second || !third) throw new Error("the source has no table that its user may see");
  return {
    words: first.name.split(/[^\p{L}\p{N}]+/u).filter(Boolean),
    column: (await findTracedColumn(query, datasets)) ?? first.urn,
    allowed: first.urn,
    denied: second.urn,
    masked: third.urn,
    policies: writePolicies(second, third),
  };
}

/** The view's column with the longest way to its sources, among the first views. */
async function findTracedColumn(query: Query, datasets: readonly Dataset[]): Promise<string | undefined> {
  let best: { readonly urn: string; readonly hops: number } | undefined;
  for (const view of datasets.filter(({ datasetType }) => datasetType === "view").slice(0, 10)) {
    for (const { urn } of view.columns.slice(0, 5)) {
      const { lineage } = await query<{ lineage: { nodes: readonly { hops: number }[] } }>(
        "query ($of: String!) { lineage(of: $of, granularity: COLUMN) { nodes { hops } } }",
        { of: urn },
      );
      const hops = Math.max(0, ...lineage.nodes.map((node) => node.hops));
      if (hops > (best?.hops ?? 0)) best = { urn, hops };
    }
  }
  return best?.urn;
}

function writePolicies(denied: Dataset, masked: Dataset): string {
  const [filterColumn = "id", maskColumn = filterColumn] = masked.columns.map((column) => column.name);
  const [, database = "", schema = "", table = ""] =
    /^urn:dataos:dataset:[^:]+:([^/]+)\/([^/]+)\/(.+)$/.exec(masked.urn) ?? [];
  return `name: demo-deny
version: v1
type: policy
policy:
  access:
    description: nobody queries this table
    subjects: {tags: ["roles:id:**"]}
    predicates: [select]
    objects: {paths: [${JSON.stringify(denied.urn)}]}
    allow: false
---
name: demo-mask
version: v1
type: policy
description: analysts do not see this column of ${database}
policy:
  data:
    type: mask
    priority: 40
    depot: shopdb
    collection: ${JSON.stringify(schema)}
    dataset: ${JSON.stringify(table)}
    selector: {user: {match: any, tags: ["roles:id:analyst"]}, column: {names: [${JSON.stringify(maskColumn)}]}}
    mask: {operator: redact}
---
name: demo-filter
version: v1
type: policy
description: analysts see some rows
policy:
  data:
    type: filter
    priority: 10
    depot: shopdb
    collection: ${JSON.stringify(schema)}
    dataset: ${JSON.stringify(table)}
    selector: {user: {match: any, tags: ["roles:id:analyst"]}}
    filters: [{column: ${JSON.stringify(filterColumn)}, operator: equals, value: "1"}]
`;
}
