import { BadInputError } from "../../shared/errors.ts";
import type { GraphqlContext } from "../context.ts";

/** A page as the ports take it. */
export interface PageRequest {
  readonly first: number;
  readonly after: string | undefined;
}

/** One list: its field with its arguments but for `first` and `after`. */
export interface PagedList {
  readonly page: PageRequest;
  /** From what a port gave to what Relay prescribes. `next`: where to go on, where that is not behind the last item. */
  toConnection<Inner, Node>(
    paged: {
      readonly items: readonly { readonly cursor: string; readonly node: Inner }[];
      readonly hasNextPage: boolean;
      readonly next?: string | undefined;
    },
    toNode: (inner: Inner) => Node,
  ): Connection<Node>;
  /** The same from the whole list, sorted; `cursorOf` must be unique and grow with the order. */
  sliceToConnection<Inner, Node>(
    all: readonly Inner[],
    cursorOf: (inner: Inner) => string,
    toNode: (inner: Inner) => Node,
  ): Connection<Node>;
}

/** @see https://relay.dev/graphql/connections.htm */
export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** Most entries of a page. */
const maxPageSize = 100;

/**
 * Reads the arguments of a list.
 * @param list the field's name and every argument that changes what is in the list
 * @throws {BadInputError} `first` is out of range, or `after` is not a cursor of this list
 */
export function openList(
  { cursors }: Pick<GraphqlContext, "cursors">,
  list: readonly unknown[],
  { first, after }: { readonly first: number; readonly after?: string | null },
): PagedList {
  checkPageSize(first);
  const scope = JSON.stringify(list);
  const inner = after === undefined || after === null ? undefined : cursors.open(scope, after);
  const connect = <Inner, Node>(
    items: readonly { readonly cursor: string; readonly node: Inner }[],
    hasNextPage: boolean,
    toNode: (inner: Inner) => Node,
    next?: string,
  ): Connection<Node> => {
    const edges = items.map(({ cursor, node }) => ({ cursor: cursors.seal(scope, cursor), node: toNode(node) }));
    return {
      edges,
      pageInfo: {
        hasNextPage,
        hasPreviousPage: inner !== undefined,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: next === undefined ? (edges.at(-1)?.cursor ?? null) : cursors.seal(scope, next),
      },
    };
  };
  return {
    page: { first, after: inner },
    toConnection: ({ items, hasNextPage, next }, toNode) => connect(items, hasNextPage, toNode, next),
    sliceToConnection(all, cursorOf, toNode) {
      const rest = inner === undefined ? all : all.filter((entry) => cursorOf(entry) > inner);
      const items = rest.slice(0, first).map((node) => ({ cursor: cursorOf(node), node }));
      return connect(items, rest.length > first, toNode);
    },
  };
}

/** @throws {BadInputError} not 1 to 100 */
export function checkPageSize(first: number): void {
  if (first >= 1 && first <= maxPageSize) return;
  throw new BadInputError(`\`first\` is ${first}, expected 1 to ${maxPageSize}; take the rest with \`after\``);
}
