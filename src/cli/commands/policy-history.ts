import type { PolicyVersionConnection, RollbackPoliciesPayload } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable, printable } from "../output/table.ts";
import { count } from "../words.ts";
import { describeImpact, impactFields } from "./policy-impact.ts";
import { assertNoUserErrors } from "./user-errors.ts";

const versionsShown = 100;

/** The versions of the policies that went live, newest first, with what was applied for each. */
export async function policyHistory(context: CommandContext, options: { readonly output: string }): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { policyVersions } = await context.client.query<{ policyVersions: PolicyVersionConnection }>(
    `query Versions($first: Int!) {
      policyVersions(first: $first) {
        edges { node { version since changes { type name generation outcome at actor } } }
      }
    }`,
    { first: versionsShown },
  );
  const versions = policyVersions.edges.map(({ node }) => node);
  context.print(
    render(format, versions, () =>
      formatTable(
        ["VERSION", "LIVE SINCE", "BY", "CHANGED"],
        versions.map(({ version, since, changes }) => [
          version.slice(0, 12),
          since,
          [...new Set(changes.flatMap(({ actor }) => actor ?? []))].join(", "),
          changes
            .map(({ type, name, generation, outcome }) =>
              outcome === "deleted"
                ? `${type}/${name} deleted`
                : `${type}/${name} (generation ${generation}${outcome === "approved" ? ", approved" : ""})`,
            )
            .join(", "),
        ]),
      ),
    ),
  );
}

/** Brings applied policies and grants back to what they were when `target`, a version or a time, was live. */
export async function rollbackPolicies(
  context: CommandContext,
  target: string,
  { dryRun = false }: { readonly dryRun?: boolean },
): Promise<void> {
  const { rollbackPolicies: payload } = await context.client.query<{ rollbackPolicies: RollbackPoliciesPayload }>(
    `mutation Rollback($input: RollbackPoliciesInput!) {
      rollbackPolicies(input: $input) {
        at policyVersion resources { type name outcome generation warnings { at message } }
        ${dryRun ? `impact { ${impactFields} }` : ""} userErrors { at field message code }
      }
    }`,
    { input: { to: target, dryRun } },
  );
  assertNoUserErrors(payload.userErrors, "nothing was rolled back");
  const { at, resources, policyVersion, impact } = payload;
  if (resources.length === 0) {
    context.print(`nothing to do: the policies are what they were at ${at}`);
    return;
  }
  if (impact) context.print(describeImpact(context, impact));
  for (const { type, name, outcome, generation, warnings } of resources) {
    const what = outcome === "deleted" ? "deleted, which is newer" : `${outcome}, generation ${generation}`;
    context.print(printable(`${type}/${name} ${what}`));
    for (const { message } of warnings) context.warn(printable(`${type}/${name}: ${message}`));
  }
  const deleted = resources.filter(({ outcome }) => outcome === "deleted").length;
  const changed = resources.filter(({ outcome }) => outcome === "created" || outcome === "updated").length;
  const summary = `${count(changed, "document")} as of ${at}, ${deleted} deleted`;
  context.print(
    dryRun
      ? `dry run, nothing was changed: ${summary}`
      : `${summary}; version ${policyVersion?.slice(0, 12) ?? ""} decides`,
  );
}
