import type { Decision } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { printable } from "../output/table.ts";

export interface CanIOptions {
  readonly as?: string;
  readonly tag: readonly string[];
  readonly output: string;
}

const document = /* GraphQL */ `
  query CanI($input: AuthorizeInput!) {
    authorize(input: $input) {
      effect allowed reason denyReason problems policyVersion decisionId
      because { id policy effect reason at }
      masks { column operator options policy at }
      rowFilter { text all { policy at comparisons { column operator value } } any { policy at comparisons { column operator value } } }
    }
  }
`;

/** Asks for a decision and prints it with its reasons. Ends with the exit code of FORBIDDEN when it is a denial. */
export async function canI(
  context: CommandContext,
  predicate: string,
  object: string,
  options: CanIOptions,
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { authorize: decision } = await context.client.query<{ authorize: Decision }>(document, {
    input: {
      predicate,
      object: { path: object, ...(options.tag.length > 0 && { tags: options.tag }) },
      ...(options.as !== undefined && { subject: options.as }),
    },
  });
  context.print(render(format, decision, () => toText(context, decision)));
  if (!decision.allowed) throw new CommandError("", errorFaces.FORBIDDEN.exit);
}

function toText(context: CommandContext, decision: Decision): string {
  const { style } = context;
  const colour = decision.allowed ? style.good : style.bad;
  const lines = [colour(printable(decision.reason))];
  // the reason names the first rule
  for (const rule of decision.because.slice(1)) {
    lines.push(`  also ${rule.policy} at ${printable(rule.at)}${rule.reason ? `: ${printable(rule.reason)}` : ""}`);
  }
  for (const { column, operator, policy, at } of decision.masks)
    lines.push(`  mask ${printable(column)}: ${operator} (${policy} at ${printable(at)})`);
  if (decision.rowFilter) {
    const { all, any, text } = decision.rowFilter;
    lines.push(
      `  rows where ${printable(text)} (${[...all, ...any].map(({ policy, at }) => `${policy} at ${printable(at)}`).join("; ")})`,
    );
  }
  for (const problem of decision.problems) lines.push(`  ${style.warn("problem")}: ${printable(problem)}`);
  lines.push(style.dim(`  decision ${decision.decisionId}, policies ${decision.policyVersion.slice(0, 12)}`));
  return lines.join("\n");
}
