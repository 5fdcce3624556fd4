import type { SearchConnection } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable, printable } from "../output/table.ts";

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
    ...(options.kind.length > 0 && { kinds: options.kind }),
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
    context.note(`the index is ${result.staleBy} changes behind; newest changes may be missing`);
}

function toText(context: CommandContext, result: SearchConnection): string {
  if (result.totalCount === 0) {
    const nearest =
      result.didYouMean.length > 0
        ? `; did you mean ${result.didYouMean.map((word) => `\`${word}\``).join(", ")}?`
        : "";
    return `nothing found${nearest}`;
  }
  const rows = result.edges.map(({ node: { urn, entity, matchedColumns } }) => [
    entity.name,
    entity.datasetType ?? entity.kind,
    matchedColumns.join(","),
    (entity.description ?? "").split("\n")[0]?.slice(0, 60) ?? "",
    urn,
  ]);
  const shown =
    result.edges.length < result.totalCount
      ? `first ${result.edges.length} of ${result.totalCount} found`
      : `${result.totalCount} found`;
  const facets = result.facets
    .filter(({ values }) => values.length > 0)
    .map(
      ({ field, values }) =>
        `${context.style.bold(field.padEnd(12))} ${values.map(({ value, count }) => `${printable(value)} (${count})`).join("  ")}`,
    );
  return [formatTable(["NAME", "TYPE", "COLUMNS", "DESCRIPTION", "URN"], rows), "", shown, ...facets].join("\n");
}
