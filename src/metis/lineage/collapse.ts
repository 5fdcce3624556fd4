import { type Urn, withoutField } from "../../shared/urn.ts";
import type { LineageEdge } from "../ports.ts";

// strongest first: what an edge between datasets says of the many column edges it stands for
const subtypeRank = [
  "AGGREGATION",
  "TRANSFORMATION",
  "IDENTITY",
  "JOIN",
  "FILTER",
  "GROUP_BY",
  "WINDOW",
  "CONDITIONAL",
  "SORT",
];

/**
 * The edges between datasets that column edges amount to, one for each pair and type; edges within one dataset are left out
 * unless they were given between datasets. What is given between datasets or jobs stays, and keeps its expression.
 */
export function collapseEdges(edges: readonly LineageEdge[]): LineageEdge[] {
  return mergeEdges(
    edges.flatMap((edge): LineageEdge[] => {
      const from = withoutField(edge.from) as Urn;
      const to = withoutField(edge.to) as Urn;
      if (from === edge.from && to === edge.to) return [edge];
      return from === to ? [] : [{ ...edge, from, to, expression: undefined }];
    }),
  );
}

/** One edge for each pair and type: masking if all mask, as sure as the surest, whose evidence is named. */
export function mergeEdges(edges: readonly LineageEdge[]): LineageEdge[] {
  const merged = new Map<string, LineageEdge>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.from, edge.to, edge.type]);
    const other = merged.get(key);
    merged.set(key, other ? merge(other, edge) : edge);
  }
  return [...merged.values()];
}

/** Order of edges in answers: from, to, type, subtype, evidence. */
export function compareEdges(a: LineageEdge, b: LineageEdge): number {
  return (
    compareText(a.from, b.from) ||
    compareText(a.to, b.to) ||
    compareText(a.type, b.type) ||
    compareText(a.subtype, b.subtype) ||
    compareText(a.evidence, b.evidence)
  );
}

/** By UTF-16 unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function merge(a: LineageEdge, b: LineageEdge): LineageEdge {
  const surest = a.confidence - b.confidence || compareText(b.evidence, a.evidence);
  return {
    ...a,
    subtype: rank(a.subtype) <= rank(b.subtype) ? a.subtype : b.subtype,
    expression: a.expression === b.expression ? a.expression : undefined,
    masking: a.masking && b.masking,
    confidence: Math.max(a.confidence, b.confidence),
    evidence: surest >= 0 ? a.evidence : b.evidence,
  };
}

function rank(subtype: string): number {
  const at = subtypeRank.indexOf(subtype);
  return at < 0 ? subtypeRank.length : at;
}
