import type {
  ApplyResourcesPayload,
  AuditEventConnection,
  DeleteResourcePayload,
  ResourceConnection,
} from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable, printable } from "../output/table.ts";
import { count } from "../words.ts";
import { describeImpact, impactFields } from "./policy-impact.ts";
import { assertNoUserErrors } from "./user-errors.ts";

/** A policy or grant with all its kept generations, newest first. */
interface Document {
  readonly type: string;
  readonly name: string;
  readonly generation: number;
  readonly versions: readonly {
    readonly generation: number;
    readonly at: string;
    readonly actor: string;
    readonly manifestYaml: string;
  }[];
}

/** One version of the policies going live. */
interface Swap {
  readonly version: string;
  readonly at: string;
}

const swapsShown = 100;

/** The versions of the policies that went live, newest first, with what was applied for each. */
export async function policyHistory(context: CommandContext, options: { readonly output: string }): Promise<void> {
  const format = parseOutputFormat(options.output);
  const [swaps, documents] = await Promise.all([readSwaps(context), readDocuments(context)]);
  const rows = swaps.map(({ version, at }, index) => {
    const since = swaps[index + 1]?.at ?? "";
    const changes = documents.flatMap(({ type, name, versions }) =>
      versions
        .filter((one) => one.at <= at && one.at > since)
        .map(({ generation, actor }) => ({ resource: `${type}/${name}`, generation, actor })),
    );
    return { version, at, changes };
  });
  context.print(
    render(format, rows, () =>
      formatTable(
        ["VERSION", "LIVE SINCE", "BY", "APPLIED"],
        rows.map(({ version, at, changes }) => [
          version.slice(0, 12),
          at,
          [...new Set(changes.map(({ actor }) => actor))].join(", "),
          changes.map(({ resource, generation }) => `${resource} (generation ${generation})`).join(", "),
        ]),
      ),
    ),
  );
}

/** Brings applied policies and grants back to what they were when `target`, a version or a time, was live. */
export async function rollbackPolicies(
  context: CommandContext,
  target: string,
  options: { readonly dryRun?: boolean },
): Promise<void> {
  const { dryRun = false } = options;
  const time = await timeOf(context, target);
  const documents = await readDocuments(context);
  const then = documents.map((document) => ({ document, version: document.versions.find(({ at }) => at <= time) }));
  const changed = then.flatMap(({ document, version }) =>
    version && version.generation !== document.generation ? [{ document, version }] : [],
  );
  const newer = then.filter(({ version }) => !version).map(({ document }) => document);
  if (changed.length + newer.length === 0) {
    context.print(`nothing to do: the policies are what they were at ${time}`);
    return;
  }
  // everything is checked before anything is done
  for (const isTrial of dryRun ? [true] : [true, false]) {
    await reapply(context, changed, isTrial);
    for (const document of newer) await remove(context, document, isTrial);
  }
  for (const { document, version } of changed)
    context.print(printable(`${document.type}/${document.name} as in generation ${version.generation}`));
  for (const { type, name } of newer) context.print(printable(`${type}/${name} deleted, which is newer`));
  const summary = `${count(changed.length, "document")} as of ${time}, ${newer.length} deleted`;
  context.print(dryRun ? `dry run, nothing was changed: ${summary}` : summary);
}

/** In one call: all of them or, when one is refused, none. */
async function reapply(
  context: CommandContext,
  changed: readonly { readonly document: Document; readonly version: Document["versions"][number] }[],
  dryRun: boolean,
): Promise<void> {
  if (changed.length === 0) return;
  const { applyResources } = await context.client.query<{ applyResources: ApplyResourcesPayload }>(
    `mutation Rollback($input: ApplyResourcesInput!) {
      applyResources(input: $input) { ${dryRun ? `impact { ${impactFields} }` : ""} userErrors { at field message code } }
    }`,
    {
      input: {
        documents: changed.map(({ document, version }) => ({
          file: `${document.name}@${version.generation}.yaml`,
          text: version.manifestYaml,
        })),
        disableInterpolation: true,
        dryRun,
      },
    },
  );
  assertNoUserErrors(applyResources.userErrors, "nothing was rolled back");
  if (applyResources.impact) context.print(describeImpact(context, applyResources.impact));
}

async function remove(context: CommandContext, { type, name }: Document, dryRun: boolean): Promise<void> {
  const { deleteResource } = await context.client.query<{ deleteResource: DeleteResourcePayload }>(
    `mutation Remove($input: DeleteResourceInput!) {
      deleteResource(input: $input) { deleted userErrors { at field message code } }
    }`,
    { input: { type, name, dryRun } },
  );
  assertNoUserErrors(deleteResource.userErrors, `${type}/${name} was not deleted`);
}

/** When a version went live, or the time itself. */
async function timeOf(context: CommandContext, target: string): Promise<string> {
  if (/^\d{4}-\d\d-\d\dT/.test(target) && !Number.isNaN(Date.parse(target))) return new Date(target).toISOString();
  const swaps = /^[0-9a-f]{6,64}$/.test(target) ? await readSwaps(context) : [];
  const found = swaps.find(({ version }) => version.startsWith(target));
  if (found) return found.at;
  throw new CommandError(
    `\`${target}\` is no version of the last ${swapsShown} and no time; take one of \`policy history\`, or a time like \`2026-01-31T08:00:00Z\``,
    errorFaces.NOT_FOUND.exit,
  );
}

async function readSwaps(context: CommandContext): Promise<readonly Swap[]> {
  const { auditEvents } = await context.client.query<{ auditEvents: AuditEventConnection }>(
    `query Swaps($first: Int!) {
      auditEvents(filter: {type: "policy.swapped"}, first: $first) { edges { node { at policyVersion } } }
    }`,
    { first: swapsShown },
  );
  const all = auditEvents.edges.map(({ node }) => ({ version: node.policyVersion ?? "", at: node.at }));
  // every server process tells of the same version; the earliest counts
  return all.filter(({ version }, index) => version !== all[index + 1]?.version);
}

async function readDocuments(context: CommandContext): Promise<readonly Document[]> {
  const documents: Document[] = [];
  for (const type of ["grant", "policy"]) {
    let after: string | undefined;
    do {
      const { resources } = await context.client.query<{ resources: ResourceConnection }>(
        `query Documents($type: String!, $after: String) {
          resources(filter: {type: $type}, first: 50, after: $after) {
            edges { node { type name generation versions { generation at actor manifestYaml } } }
            pageInfo { hasNextPage endCursor }
          }
        }`,
        { type, ...(after !== undefined && { after }) },
      );
      documents.push(...resources.edges.map(({ node }) => node));
      after = resources.pageInfo.hasNextPage ? (resources.pageInfo.endCursor ?? undefined) : undefined;
    } while (after !== undefined);
  }
  return documents;
}
