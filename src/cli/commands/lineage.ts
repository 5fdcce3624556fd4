import type { LineageEdge, LineageResult } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { printable } from "../output/table.ts";

export interface LineageOptions {
  readonly direction: string;
  readonly depth: number;
  readonly level?: string;
  readonly maxNodes: number;
  /** show also what decides which rows there are (joins, filters, groupings), not only what values are made of */
  readonly indirect: boolean;
  readonly output: string;
}

const document = /* GraphQL */ `
  query Lineage($of: String!, $direction: LineageDirection!, $depth: Int!, $granularity: LineageGranularity, $maxNodes: Int!) {
    lineage(of: $of, direction: $direction, depth: $depth, granularity: $granularity, maxNodes: $maxNodes) {
      root staleBy
      nodes { urn kind name hops stub }
      edges { from to type subtype expression masking confidence evidence }
      completeness { state reason frontier }
    }
  }
`;

/** Prints what feeds a dataset or column, or what it feeds, as a tree. */
export async function lineage(context: CommandContext, of: string, options: LineageOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const direction = parseDirection(options.direction);
  const { lineage: result } = await context.client.query<{ lineage: LineageResult }>(document, {
    of,
    direction,
    depth: options.depth,
    maxNodes: options.maxNodes,
    ...(options.level !== undefined && { granularity: options.level.toUpperCase() }),
  });
  context.print(render(format, result, () => toText(context, result, direction, options.indirect)));
  if (format !== "table") return;
  if (result.completeness.state === "truncated") {
    context.note(
      `cut off by ${result.completeness.reason}: more lies behind ${result.completeness.frontier.slice(0, 5).join(", ")}; raise --depth or --max-nodes`,
    );
  }
  if (result.staleBy > 0) context.note(`the graph is ${result.staleBy} changes behind; newest changes may be missing`);
}

function parseDirection(text: string): "UPSTREAM" | "DOWNSTREAM" | "BOTH" {
  const direction = text.toUpperCase();
  if (direction === "UPSTREAM" || direction === "DOWNSTREAM" || direction === "BOTH") return direction;
  throw new CommandError(
    `unknown direction \`${text}\`; expected upstream, downstream or both`,
    errorFaces.BAD_USER_INPUT.exit,
  );
}

function toText(
  context: CommandContext,
  result: LineageResult,
  direction: "UPSTREAM" | "DOWNSTREAM" | "BOTH",
  withIndirect: boolean,
): string {
  const edges = withIndirect ? result.edges : result.edges.filter(({ type }) => type === "DIRECT");
  const sections = direction === "BOTH" ? (["UPSTREAM", "DOWNSTREAM"] as const) : [direction];
  const lines = [context.style.bold(printable(result.root))];
  for (const section of sections) {
    const children = groupEdges(edges, section);
    if (!children.has(result.root)) lines.push(`  nothing ${section.toLowerCase()}`);
    drawTree(context, children, result.root, section, "  ", new Set([result.root]), lines);
  }
  const left = result.edges.length - edges.length;
  const more = left > 0 ? `; ${count(left, "edge")} of joins, filters and groupings not shown (--indirect)` : "";
  lines.push(
    "",
    `${count(result.nodes.length - 1, "node")}, ${count(result.edges.length, "edge")}, ${result.completeness.state}${more}`,
  );
  return lines.join("\n");
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? "" : "s"}`;
}

function groupEdges(edges: readonly LineageEdge[], direction: "UPSTREAM" | "DOWNSTREAM"): Map<string, LineageEdge[]> {
  const grouped = new Map<string, LineageEdge[]>();
  for (const edge of edges) {
    const near = direction === "UPSTREAM" ? edge.to : edge.from;
    grouped.set(near, [...(grouped.get(near) ?? []), edge]);
  }
  return grouped;
}

function drawTree(
  context: CommandContext,
  children: ReadonlyMap<string, readonly LineageEdge[]>,
  urn: string,
  direction: "UPSTREAM" | "DOWNSTREAM",
  indent: string,
  drawn: Set<string>,
  lines: string[],
): void {
  const byTarget = new Map<string, LineageEdge[]>();
  for (const edge of children.get(urn) ?? []) {
    const far = direction === "UPSTREAM" ? edge.from : edge.to;
    byTarget.set(far, [...(byTarget.get(far) ?? []), edge]);
  }
  // DIRECT sources first: they are what the value is made of
  const rank = (edges: readonly LineageEdge[]): number => (edges.some((edge) => edge.type === "DIRECT") ? 0 : 1);
  const entries = [...byTarget].sort(([a, aEdges], [b, bEdges]) => rank(aEdges) - rank(bEdges) || (a < b ? -1 : 1));
  for (const [far, edges] of entries) {
    const how = [...new Set(edges.map((edge) => `${edge.type.toLowerCase()} ${edge.subtype.toLowerCase()}`))].join(
      ", ",
    );
    const seen = drawn.has(far);
    lines.push(
      `${indent}${direction === "UPSTREAM" ? "<-" : "->"} ${printable(far)}  ${context.style.dim(`${how}${seen ? ", shown above" : ""}`)}`,
    );
    if (seen) continue;
    drawn.add(far);
    drawTree(context, children, far, direction, `${indent}   `, drawn, lines);
  }
}
