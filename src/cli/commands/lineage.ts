import type { LineageEdge, LineageResult } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { printable } from "../output/table.ts";
import { count, parseWord } from "../words.ts";

export interface LineageOptions {
  readonly direction: string;
  readonly depth: number;
  readonly level?: string;
  readonly maxNodes: number;
  /** show also what decides which rows there are (joins, filters, groupings), not only what values are made of */
  readonly indirect?: boolean;
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

type Section = "UPSTREAM" | "DOWNSTREAM";
const directions = ["upstream", "downstream", "both"] as const;
const levels = ["dataset", "column"] as const;

/** Prints what feeds a dataset or column, or what it feeds, as a tree. */
export async function lineage(context: CommandContext, of: string, options: LineageOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const direction = parseWord("direction", options.direction, directions);
  const level = options.level === undefined ? undefined : parseWord("level", options.level, levels);
  const { lineage: result } = await context.client.query<{ lineage: LineageResult }>(document, {
    of,
    direction: direction.toUpperCase(),
    depth: options.depth,
    maxNodes: options.maxNodes,
    ...(level !== undefined && { granularity: level.toUpperCase() }),
  });
  const sections: readonly Section[] =
    direction === "both" ? ["UPSTREAM", "DOWNSTREAM"] : [direction === "upstream" ? "UPSTREAM" : "DOWNSTREAM"];
  context.print(render(format, result, () => toText(context, result, sections, options.indirect ?? false)));
  if (format !== "table") return;
  const { state, reason, frontier } = result.completeness;
  if (state === "truncated") {
    const behind = frontier.length === 0 ? "" : `: more lies behind ${frontier.slice(0, 5).join(", ")}`;
    context.warn(`cut off by ${reason}${behind}; raise --depth or --max-nodes`);
  }
  if (result.staleBy > 0)
    context.warn(`the graph is ${count(result.staleBy, "change")} behind; the newest may be missing`);
}

function toText(
  context: CommandContext,
  result: LineageResult,
  sections: readonly Section[],
  withIndirect: boolean,
): string {
  const isShown = ({ type }: LineageEdge): boolean => withIndirect || type === "DIRECT";
  const lines = [context.style.bold(printable(result.root))];
  const reached = new Set<string>();
  let hidden = 0;
  for (const section of sections) {
    const drawn = new Set([result.root]);
    const tree = { style: context.style, section, children: groupByNear(result.edges.filter(isShown), section), drawn };
    drawChildren(tree, result.root, "  ", lines);
    if (drawn.size === 1) lines.push(`  nothing ${section.toLowerCase()}`);
    for (const urn of drawn) reached.add(urn);
  }
  for (const edge of result.edges) if (!isShown(edge)) hidden++;
  const what = result.root.includes("#") ? "column" : "dataset";
  const completeness = result.completeness.state === "complete" ? "complete" : "cut off";
  lines.push("", `${count(reached.size - 1, what)}, ${completeness}`);
  if (hidden > 0)
    lines.push(
      `--indirect also shows what decides which rows there are: ${count(hidden, "edge")} of joins, filters, groupings`,
    );
  return lines.join("\n");
}

/** Edges by the end that is nearer to the root. */
function groupByNear(edges: readonly LineageEdge[], section: Section): ReadonlyMap<string, readonly LineageEdge[]> {
  return Map.groupBy(edges, (edge) => (section === "UPSTREAM" ? edge.to : edge.from));
}

interface Tree {
  readonly style: CommandContext["style"];
  readonly section: Section;
  readonly children: ReadonlyMap<string, readonly LineageEdge[]>;
  /** what stands in the tree already */
  readonly drawn: Set<string>;
}

function drawChildren(tree: Tree, near: string, indent: string, lines: string[]): void {
  const { style, section, children, drawn } = tree;
  const byFar = Map.groupBy(children.get(near) ?? [], (edge) => (section === "UPSTREAM" ? edge.from : edge.to));
  // DIRECT sources first: they are what the value is made of
  const rank = (edges: readonly LineageEdge[]): number => (edges.some((edge) => edge.type === "DIRECT") ? 0 : 1);
  const entries = [...byFar].sort(([a, aEdges], [b, bEdges]) => rank(aEdges) - rank(bEdges) || (a < b ? -1 : 1));
  for (const [far, edges] of entries) {
    const how = [...new Set(edges.map(describeEdge))].join(", ");
    const isAbove = drawn.has(far);
    const arrow = section === "UPSTREAM" ? "<-" : "->";
    lines.push(`${indent}${arrow} ${printable(far)}  ${style.dim(isAbove ? `${how}, shown above` : how)}`);
    if (isAbove) continue;
    drawn.add(far);
    drawChildren(tree, far, `${indent}   `, lines);
  }
}

const influences = new Map([
  ["GROUP_BY", "grouping"],
  ["SORT", "order"],
  ["CONDITIONAL", "condition"],
]);

function describeEdge({ type, subtype, masking }: LineageEdge): string {
  const word = printable(influences.get(subtype) ?? subtype.toLowerCase());
  return `${type === "INDIRECT" ? `by ${word}` : word}${masking ? " (masked)" : ""}`;
}
