import type { Impact } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { printable } from "../output/table.ts";
import { count, parseWord } from "../words.ts";

export interface ImpactOptions {
  /** count what it depends on, not what depends on it */
  readonly upstream?: boolean;
  readonly level?: string;
  readonly maxCount: number;
  readonly output: string;
}

const document = /* GraphQL */ `
  query Impact($of: String!, $direction: ImpactDirection!, $granularity: LineageGranularity, $maxCount: Int!) {
    impact(of: $of, direction: $direction, granularity: $granularity, maxCount: $maxCount) {
      root total stubs state reason staleBy
      kinds { value count }
      owners { value count }
      depots { value count }
    }
  }
`;

const levels = ["dataset", "column"] as const;

/** Prints how much depends on a dataset or column: by kind, owner and depot. */
export async function impact(context: CommandContext, of: string, options: ImpactOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const level = options.level === undefined ? undefined : parseWord("level", options.level, levels);
  const { impact: result } = await context.client.query<{ impact: Impact }>(document, {
    of,
    direction: options.upstream ? "UPSTREAM" : "DOWNSTREAM",
    maxCount: options.maxCount,
    ...(level !== undefined && { granularity: level.toUpperCase() }),
  });
  context.print(render(format, result, () => toText(context, result, options.upstream ?? false)));
  if (format !== "table") return;
  if (result.state === "truncated")
    context.warn(`cut off by ${printable(result.reason ?? "")}: there is more than this`);
  if (result.staleBy > 0)
    context.warn(`the graph is ${count(result.staleBy, "change")} behind; the newest may be missing`);
}

function toText(context: CommandContext, result: Impact, isUpstream: boolean): string {
  const what = isUpstream ? "it depends on" : "depend on it";
  const lines = [context.style.bold(printable(result.root))];
  if (result.total === 0) return [...lines, isUpstream ? "  depends on nothing" : "  nothing depends on it"].join("\n");
  lines.push(`  ${result.total} ${what}${result.stubs > 0 ? `, ${result.stubs} of them hidden from you` : ""}`);
  for (const [title, counts] of [
    ["by kind", result.kinds],
    ["by owner", result.owners],
    ["by depot", result.depots],
  ] as const) {
    if (counts.length === 0) continue;
    lines.push("", `  ${context.style.dim(title)}`);
    const width = String(counts[0]?.count ?? 0).length;
    for (const { value, count: size } of counts) lines.push(`  ${String(size).padStart(width)}  ${printable(value)}`);
  }
  return lines.join("\n");
}
