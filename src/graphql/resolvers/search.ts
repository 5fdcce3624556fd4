import type { Authorized } from "../../heimdall/ports.ts";
import { type SearchCondition, type SearchHit, type SearchResult, searchFacets } from "../../metis/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { GraphqlContext } from "../context.ts";
import type { SearchFilter, SearchHitResolvers, SearchWhere } from "../generated/schema-types.ts";
import { given } from "../given.ts";
import type { SearchHitParent } from "../mappers.ts";
import { checkPageSize, openList } from "../paging/connection.ts";
import { query } from "../root-field.ts";

const maxTextLength = 1_000;

/** Root fields of search. */
export const searchFields = {
  Query: {
    search: query("search", async (auth, { query: text, filter, minSeq, ...page }, context) => {
      checkText("query", text);
      const wanted = toWanted(filter ?? {});
      const list = openList(context, ["search", text, wanted], page);
      const result = await context.services.catalog.search(auth, {
        text,
        ...wanted,
        ...list.page,
        ...given("minSeq", minSeq),
      });
      const connection = list.toConnection(await withEntities(auth, result, context), (hit) => hit);
      return {
        ...connection,
        totalCount: result.totalCount,
        facets: [...result.facets].map(([field, values]) => ({ field, values })),
        didYouMean: result.didYouMean,
        staleBy: result.staleBy,
      };
    }),
    suggest: query("suggest", (auth, { prefix, first }, { services }) => {
      checkText("prefix", prefix);
      checkPageSize(first);
      return services.catalog.suggest(auth, prefix, first);
    }),
  },
};

/** Fields of `SearchHit`. */
export const searchTypes: { readonly SearchHit: Required<Omit<SearchHitResolvers, "__isTypeOf">> } = {
  SearchHit: {
    urn: ({ hit }) => hit.urn,
    score: ({ hit }) => hit.score,
    highlights: ({ hit }) => [...hit.highlights].map(([field, text]) => ({ field, text })),
    matchedColumns: ({ hit }) => hit.matchedColumns,
    entity: ({ entity, auth }) => ({ entity, auth }),
  },
};

/** WHY: the index may lag behind the catalog; a hit that the catalog does not show any more is left out. */
async function withEntities(
  auth: Authorized<"entity.read">,
  { hits, hasNextPage }: SearchResult,
  { loaders }: GraphqlContext,
): Promise<{
  readonly items: readonly { readonly cursor: string; readonly node: SearchHitParent }[];
  readonly hasNextPage: boolean;
}> {
  const entities = await Promise.all(hits.map(({ urn }) => loaders.entity(auth, urn)));
  const items = hits.flatMap(({ cursor, ...hit }: SearchHit & { readonly cursor: string }, index) => {
    const entity = entities[index];
    return entity ? [{ cursor, node: { hit, entity, auth } }] : [];
  });
  return { items, hasNextPage };
}

function toWanted({ kinds, depots, tags, owners, datasetTypes, schemas, where }: SearchFilter) {
  return {
    ...given("kinds", kinds),
    ...given("depots", depots),
    ...given("tags", tags),
    ...given("owners", owners),
    ...given("datasetTypes", datasetTypes),
    ...given("schemas", schemas),
    ...given("where", where ? toCondition(where, "where") : undefined),
  };
}

/** @param path of the part, for messages */
function toCondition(where: SearchWhere, path: string): SearchCondition {
  const { and, or, not, has } = where;
  if ([and, or, not, has].filter((part) => part !== undefined && part !== null).length !== 1) {
    throw new BadInputError(`\`${path}\`: expected exactly one of \`and\`, \`or\`, \`not\`, \`has\``);
  }
  if (and) return { op: "and", of: and.map((part, at) => toCondition(part, `${path}.and[${at}]`)) };
  if (or) return { op: "or", of: or.map((part, at) => toCondition(part, `${path}.or[${at}]`)) };
  if (not) return { op: "not", of: toCondition(not, `${path}.not`) };
  const facet = searchFacets.find((name) => name === has?.field);
  if (!has || !facet) {
    const names = searchFacets.map((name) => `\`${name}\``).join(", ");
    throw new BadInputError(`\`${path}.has.field\` is \`${has?.field}\`; expected one of ${names}`);
  }
  return { op: "has", facet, values: has.values };
}

function checkText(name: string, text: string): void {
  if (text.length > maxTextLength) {
    throw new BadInputError(`\`${name}\` has ${text.length} characters, at most ${maxTextLength} are searched for`);
  }
}
