import type { Facet, SearchConnection } from "../../graphql/generated/schema-types.ts";
import { entityKinds } from "../../shared/entity-kinds.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { clip, formatTable, printable } from "../output/table.ts";
import { count, parseWord } from "../words.ts";

export interface SearchOptions {
  readonly kind: readonly string[];
  readonly depot: readonly string[];
  readonly tag: readonly string[];
  readonly owner: readonly string[];
  readonly type: readonly string[];
  readonly schema: readonly string[];
  readonly first: number;
  readonly output: string;
}

const maxDescriptionWidth = 48;
const maxMatchedColumns = 3;

const document = /* GraphQL */ `
  query Search($query: String!, $filter: SearchFilter, $first: Int!) {
    search(query: $query, filter: $filter, first: $first) {
      totalCount staleBy didYouMean
      facets { field values { value count } }
      pageInfo { hasNextPage endCursor }
      edges { node { urn score matchedColumns highlights { field text } entity { kind name qualifiedName datasetType description tags } } }
    }
  }
`;

/** Finds entities by words; filters of one kind are ORed, different kinds are ANDed. */
export async function search(context: CommandContext, words: string, options: SearchOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const filter = {
    ...(options.kind.length > 0 && { kinds: options.kind.map((kind) => parseWord("kind", kind, entityKinds)) }),
    ...(options.depot.length > 0 && { depots: options.depot }),
    ...(options.tag.length > 0 && { tags: options.tag }),
    ...(options.owner.length > 0 && { owners: options.owner }),
    ...(options.type.length > 0 && { datasetTypes: options.type }),
    ...(options.schema.length > 0 && { schemas: options.schema }),
  };
  const { search: result } = await context.client.query<{ search: SearchConnection }>(document, {
    query: words,
    filter,
    first: options.first,
  });
  context.print(render(format, result, () => toText(context, result)));
  if (format === "table" && result.staleBy > 0)
    context.warn(`the index is ${count(result.staleBy, "change")} behind; the newest may be missing`);
}

function toText(context: CommandContext, result: SearchConnection): string {
  if (result.totalCount === 0) {
    const nearest = result.didYouMean.map((word) => `\`${printable(word)}\``).join(", ");
    return `nothing found${nearest === "" ? "" : `; did you mean ${nearest}?`}`;
  }
  const rows = result.edges.map(({ node: { urn, entity, matchedColumns } }) => [
    entity.name,
    entity.datasetType ?? entity.kind,
    summarize(matchedColumns),
    clip((entity.description ?? "").split("\n")[0] ?? "", maxDescriptionWidth),
    urn,
  ]);
  const shown = result.edges.length;
  return [
    formatTable(["NAME", "TYPE", "MATCHED COLUMNS", "DESCRIPTION", "URN"], rows),
    "",
    shown < result.totalCount ? `${shown} of ${result.totalCount} found; --first shows more` : `${shown} found`,
    ...result.facets.filter(({ values }) => values.length > 0).map((facet) => toFacetLine(context, facet)),
  ].join("\n");
}

function summarize(columns: readonly string[]): string {
  const rest = columns.length - maxMatchedColumns;
  const names = columns.slice(0, maxMatchedColumns).join(", ");
  return rest > 0 ? `${names} and ${rest} more` : names;
}

/** What `--kind`, `--type` and so on narrow the search to, with how many there are. */
function toFacetLine({ style }: CommandContext, { field, values }: Facet): string {
  const flag = field === "datasetType" ? "--type" : `--${field}`;
  return `  ${style.bold(flag.padEnd(8))} ${values.map(({ value, count: amount }) => `${printable(value)} (${amount})`).join("  ")}`;
}
