/** What the demo shows of a source. */
export interface Story {
  /** to search for */
  readonly words: readonly string[];
  /** URN or UDL address of a view's column; `undefined`: the source has no view */
  readonly column: string | undefined;
  /** questions of alice's, each a predicate and an object */
  readonly allowed: Question;
  readonly denied: Question;
  /** allowed with a mask and a row filter */
  readonly masked: Question;
  /** policies that make it so, besides those of the quick start; YAML */
  readonly policies: string;
}

export interface Question {
  readonly predicate: string;
  readonly object: string;
}

/** The sample shop's; its policies are in `examples/quickstart`. */
export const shopStory: Story = {
  words: ["customer", "mail"],
  column: "dataos://shopdb:shop/customer_value#lifetime_value",
  allowed: { predicate: "select", object: "dataos://shopdb:shop/product" },
  denied: { predicate: "select", object: "dataos://shopdb:shop/supplier" },
  masked: { predicate: "select", object: "dataos://shopdb:shop/customer_value" },
  policies: "",
};

interface Column {
  readonly urn: string;
  readonly name: string;
  readonly dataType: string | null;
}

interface Dataset {
  readonly urn: string;
  readonly name: string;
  readonly datasetType: string;
  readonly columns: readonly Column[];
}

/** Sends a GraphQL query and gives its `data`. */
export type Query = <Data>(document: string, variables?: Readonly<Record<string, unknown>>) => Promise<Data>;

const personal = /mail|phone|birth|iban|card|passw|address|street|last_?name|first_?name|name/i;
const viewsLooked = 10;
const columnsLooked = 12;

/**
 * Finds in an unknown database what a story needs, and writes the policies for it.
 * @throws {Error} there is no table with two columns
 */
export async function chooseStory(query: Query): Promise<Story> {
  const { entities } = await query<{ entities: { edges: readonly { node: Dataset }[] } }>(
    `{ entities(filter: {kind: dataset, depot: "shopdb"}, first: 100) { edges { node { urn name datasetType columns { urn name dataType } } } } }`,
  );
  const datasets = entities.edges.map((edge) => edge.node);
  const tables = datasets.filter(({ datasetType }) => datasetType === "table");
  const masked = mostPersonal(tables);
  if (!masked) {
    throw new Error(
      tables.length === 0
        ? "the database holds no table that its user may see; name one that does, or a user with more rights"
        : "the database holds no table with two columns or more, which masks and row filters need to be shown",
    );
  }
  const [denied, other = masked] = tables.filter((table) => table !== masked);
  return {
    words: [masked.name],
    column: await findTracedColumn(query, datasets),
    allowed: { predicate: "select", object: other.urn },
    denied: denied ? { predicate: "select", object: denied.urn } : { predicate: "update", object: masked.urn },
    masked: { predicate: "select", object: masked.urn },
    policies: [...(denied ? [denyPolicy(denied)] : []), ...dataPolicies(masked)].join("---\n"),
  };
}

/** The table with the most columns that sound like personal data, among those with two columns. */
function mostPersonal(tables: readonly Dataset[]): Dataset | undefined {
  const score = ({ columns }: Dataset): number => columns.filter(({ name }) => personal.test(name)).length;
  return tables
    .filter(({ columns }) => columns.length >= 2)
    .reduce<Dataset | undefined>((best, table) => (best && score(best) >= score(table) ? best : table), undefined);
}

/** The view's column that is made of the most others, among the first views. */
async function findTracedColumn(query: Query, datasets: readonly Dataset[]): Promise<string | undefined> {
  let best: { readonly urn: string; readonly sources: number } | undefined;
  for (const view of datasets.filter(({ datasetType }) => /view$/.test(datasetType)).slice(0, viewsLooked)) {
    for (const { urn } of view.columns.slice(0, columnsLooked)) {
      const { lineage } = await query<{ lineage: { edges: readonly Edge[] } }>(
        "query ($of: String!) { lineage(of: $of, granularity: COLUMN) { edges { from to type } } }",
        { of: urn },
      );
      const sources = countSources(urn, lineage.edges);
      if (sources > (best?.sources ?? 0)) best = { urn, sources };
    }
  }
  return best?.urn;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly type: string;
}

/** How many columns the values of `urn` are made of, directly or by way of others. */
function countSources(urn: string, edges: readonly Edge[]): number {
  const reached = new Set([urn]);
  // a set gives what is added while it is walked through
  for (const near of reached) {
    for (const { from, to, type } of edges) if (to === near && type === "DIRECT") reached.add(from);
  }
  return reached.size - 1;
}

function denyPolicy({ urn }: Dataset): string {
  return `name: demo-deny
version: v1
type: policy
description: nobody queries this table
policy:
  access:
    description: nobody queries this table
    subjects: {tags: ["roles:id:**"]}
    predicates: [select]
    objects: {paths: [${JSON.stringify(escapeGlob(urn))}]}
    allow: false
`;
}

function dataPolicies({ urn, columns }: Dataset): readonly string[] {
  const mask = columns.find(({ name }) => personal.test(name)) ?? columns.at(-1);
  const filter =
    columns.find((column) => column !== mask && exampleOf(column) !== undefined) ??
    columns.find((column) => column !== mask);
  const [, schema = "", table = ""] = /^urn:dataos:dataset:[^:]+:[^/]+\/([^/]+)\/([^/]+)$/.exec(urn) ?? [];
  const scope = `depot: shopdb
    collection: ${JSON.stringify(escapeGlob(decodeURIComponent(schema)))}
    dataset: ${JSON.stringify(escapeGlob(decodeURIComponent(table)))}`;
  return [
    `name: demo-mask
version: v1
type: policy
description: analysts see this column as a hash
policy:
  data:
    type: mask
    priority: 40
    ${scope}
    selector: {user: {match: any, tags: ["roles:id:analyst"]}, column: {names: [${JSON.stringify(mask?.name ?? "")}]}}
    mask: {operator: hash, hash: {algo: sha256}}
`,
    `name: demo-filter
version: v1
type: policy
description: analysts see some rows
policy:
  data:
    type: filter
    priority: 10
    ${scope}
    selector: {user: {match: any, tags: ["roles:id:analyst"]}}
    filters: [{column: ${JSON.stringify(filter?.name ?? "")}, operator: equals, value: ${JSON.stringify(exampleOf(filter) ?? "A")}}]
`,
  ];
}

/** A value that a column of this type may have; `undefined` where none is easy to name. */
function exampleOf(column: Column | undefined): string | number | boolean | undefined {
  const type = column?.dataType ?? "";
  if (/^bool/i.test(type)) return true;
  return /^(small|big)?int|^numeric|^serial/i.test(type) ? 1 : undefined;
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]{}!]/g, "\\$&");
}
