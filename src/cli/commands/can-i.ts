import type { Decision, WhyNot } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { printable } from "../output/table.ts";

export interface CanIOptions {
  readonly as?: string;
  readonly tag: readonly string[];
  readonly why?: boolean;
  readonly output: string;
}

const document = /* GraphQL */ `
  query CanI($input: AuthorizeInput!, $why: Boolean!) {
    authorize(input: $input) {
      effect allowed reason denyReason problems policyVersion decisionId
      because { id policy effect reason at }
      masks { column operator options policy at }
      whyNot @include(if: $why) {
        because summary hidden
        nearest { id policy at fix misfits { part problem condition expected actual } }
      }
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
    why: options.why === true,
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
  if (decision.whyNot) lines.push(...explain(decision.whyNot));
  lines.push(style.dim(`  decision ${decision.decisionId}, policies ${decision.policyVersion.slice(0, 12)}`));
  return lines.join("\n");
}

function explain({ summary, nearest, hidden }: WhyNot): string[] {
  const lines = [`  why not: ${printable(summary)}`];
  for (const { id, at, misfits, fix } of nearest) {
    lines.push(`  ${printable(id)} (${at}) comes near`);
    for (const { problem, condition, expected, actual } of misfits) {
      const what = condition ? `condition \`${condition}\`` : problem.replaceAll("-", " ");
      lines.push(printable(`    ${what}: expected ${expected}; is ${actual}`));
    }
    if (fix) lines.push(printable(`    to be allowed: ${fix.join("; ")}`));
  }
  if (hidden > 0) lines.push(`  ${hidden} more that you may not read`);
  return lines;
}
