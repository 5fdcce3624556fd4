import type { DataPolicyDecision } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable, printable } from "../output/table.ts";

const document = /* GraphQL */ `
  query ExplainData($subject: String, $dataset: String!) {
    dataPolicyDecision(subject: $subject, dataset: $dataset) {
      dataset known problem policyVersion
      rowFilter { text all { policy at comparisons { column operator value } } any { policy at comparisons { column operator value } } }
      columns {
        name dataType tags
        mask { policy at operator options priority }
        example { value masked }
        losers { why mask { policy at operator options priority } }
      }
    }
  }
`;

/** Prints which mask holds on each column of a dataset and which lost, and the row filter. */
export async function explainData(
  context: CommandContext,
  dataset: string,
  options: { readonly as?: string; readonly output: string },
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { dataPolicyDecision: decision } = await context.client.query<{ dataPolicyDecision: DataPolicyDecision }>(
    document,
    {
      dataset,
      ...(options.as !== undefined && { subject: options.as }),
    },
  );
  context.print(render(format, decision, () => toText(context, decision)));
}

function toText({ style }: CommandContext, decision: DataPolicyDecision): string {
  const { known, columns, rowFilter, problem } = decision;
  if (!known) return style.warn(`the catalog knows no columns of ${printable(decision.dataset)}; scan it first`);
  const rows = columns.map(({ name, dataType, mask, example, losers }) => [
    name,
    dataType,
    mask?.operator ?? "",
    example ? `${show(example.value)} -> ${show(example.masked)}` : "",
    mask ? `${mask.policy} (${mask.at}, priority ${mask.priority})` : "",
    losers.map(({ mask: loser, why }) => `${loser.operator} of ${loser.policy}: ${why}`).join("; "),
  ]);
  const lines = [formatTable(["COLUMN", "TYPE", "MASK", "EXAMPLE", "BY", "INSTEAD OF"], rows)];
  if (rowFilter) {
    const clauses = [...rowFilter.all, ...rowFilter.any].map(({ policy, at }) => `${policy} (${at})`);
    lines.push(`rows where ${printable(rowFilter.text)}, by ${clauses.join(", ")}`);
  }
  if (problem) lines.push(style.bad(`nothing may be read: ${printable(problem)}`));
  return lines.join("\n");
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
