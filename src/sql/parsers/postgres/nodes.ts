import type { Node } from "libpg-query";
import { SqlLimitError } from "../../parser-port.ts";
import type { Query } from "../../syntax.ts";
import type { SourceText } from "../../text/source-text.ts";

/** What a conversion carries along. */
export interface Conversion {
  readonly text: SourceText;
  /** Counts nesting. @throws {SqlLimitError} deeper than `limit` */
  nested<T>(convert: () => T): T;
  /** UTF-16 offset of a node's location. */
  at(location: number | undefined): number;
  /** Converts a query inside an expression or FROM item. WHY: handed on, because queries are made of those in turn. */
  query(node: Node): Query | undefined;
}

/** Starts a conversion that stops at `limit` levels. */
export function createConversion(
  text: SourceText,
  limit: number,
  toQuery: (cx: Conversion, node: Node) => Query | undefined,
): Conversion {
  let depth = 0;
  const conversion: Conversion = {
    text,
    at: (location) => text.offset(location),
    nested(convert) {
      if (++depth > limit)
        throw new SqlLimitError(`the statement nests deeper than ${limit} levels, which is the most`);
      try {
        return convert();
      } finally {
        depth--;
      }
    },
    query: (node) => toQuery(conversion, node),
  };
  return conversion;
}

/** Name and body of a node: `{ColumnRef: {...}}` -> `["ColumnRef", {...}]`; an empty node has the name ``. */
export function nodeKind(node: Node | undefined): string {
  for (const key in node) return key;
  return "";
}

/** The strings in a list of String nodes; `*` where it has A_Star. */
export function names(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map((node) => ("String" in node ? (node.String.sval ?? "") : "*"));
}

/** The first location inside a node: operators carry their own place, their left operand starts earlier. */
export function firstLocation(node: unknown): number | undefined {
  let first: number | undefined;
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || depth > 4_000) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "location" && typeof inner === "number") {
        if (inner >= 0 && (first === undefined || inner < first)) first = inner;
      } else visit(inner, depth + 1);
    }
  };
  visit(node, 0);
  return first;
}
