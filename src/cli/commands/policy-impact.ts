import type {
  DecisionChangeGroup,
  DecisionSide,
  PolicyImpact,
  PolicyReplay,
  PolicyShadow,
  PolicyShadowPayload,
} from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { printable } from "../output/table.ts";
import { count } from "../words.ts";
import { type ManifestFile, readManifests } from "./manifest-files.ts";
import { assertNoUserErrors } from "./user-errors.ts";

const side = "{ effect denyReason because { id policy effect reason at } obligations }";
const groups = `groups {
  count predicates before ${side} after ${side}
  subjects { count common sample } objects { count common sample } examples { subject predicate object }
}`;
/** What is asked of a `PolicyImpact`. */
export const impactFields = `beforeVersion afterVersion rulesAdded rulesRemoved changed compared cut ${groups}`;
const shadowFields = `version documents startedAt startedBy processes compared disagreed failed problem ${groups}`;

export interface DiffOptions {
  readonly recursive?: boolean;
  readonly output: string;
}

/** Which decisions change from OLD to NEW, or from what is live to the one that is given. */
export async function diffPolicies(
  context: CommandContext,
  paths: readonly string[],
  options: DiffOptions,
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const texts = await Promise.all(paths.map((path) => readTexts([path], options.recursive)));
  const after = texts.at(-1) ?? [];
  const before = texts.length > 1 && paths[0] !== "live" ? texts[0] : undefined;
  const { policyDiff } = await context.client.query<{ policyDiff: PolicyImpact }>(
    `query Diff($after: [ManifestInput!]!, $before: [ManifestInput!]) { policyDiff(after: $after, before: $before) { ${impactFields} } }`,
    { after, ...(before && { before }) },
  );
  context.print(render(format, policyDiff, () => describeImpact(context, policyDiff)));
}

export interface CandidateOptions extends DiffOptions {
  readonly manifestFile: readonly string[];
}

/** Which decisions on record a candidate would answer differently. */
export async function replayPolicies(
  context: CommandContext,
  options: CandidateOptions & { readonly from?: string; readonly to?: string },
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { policyReplay: replay } = await context.client.query<{ policyReplay: PolicyReplay }>(
    `query Replay($candidate: [ManifestInput!]!, $from: DateTime, $to: DateTime) {
      policyReplay(candidate: $candidate, from: $from, to: $to) { candidateVersion read replayed changed skipped unreplayable unreplayableBecause drifted cut ${groups} }
    }`,
    {
      candidate: await readTexts(options.manifestFile, options.recursive),
      ...(options.from !== undefined && { from: options.from }),
      ...(options.to !== undefined && { to: options.to }),
    },
  );
  context.print(
    render(format, replay, () =>
      [
        ...replay.groups.flatMap((group) => describeGroup(context, group)),
        `${replay.changed} of ${count(replay.replayed, "decision")} would differ (${count(replay.read, "record")} read, ${replay.skipped} skipped)`,
        ...(replay.unreplayable > 0
          ? [
              `${replay.unreplayable} cannot be replayed:`,
              ...replay.unreplayableBecause.map((reason) => printable(`    ${reason}`)),
            ]
          : []),
        ...(replay.drifted > 0
          ? [
              `${replay.drifted} are answered differently today than they are recorded: users, data or policies changed since`,
            ]
          : []),
        ...cutLine(context, replay.cut),
      ].join("\n"),
    ),
  );
}

/** Lets a candidate answer beside the live policies. */
export async function startShadow(context: CommandContext, options: CandidateOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { startPolicyShadow: payload } = await context.client.query<{ startPolicyShadow: PolicyShadowPayload }>(
    `mutation Start($input: StartPolicyShadowInput!) {
      startPolicyShadow(input: $input) { shadow { ${shadowFields} } userErrors { at field message code } }
    }`,
    { input: { candidate: await readTexts(options.manifestFile, options.recursive) } },
  );
  assertNoUserErrors(payload.userErrors, "nothing was started");
  context.print(render(format, payload.shadow, () => describeShadow(context, payload.shadow ?? null)));
}

export async function stopShadow(context: CommandContext, options: { readonly output: string }): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { stopPolicyShadow: payload } = await context.client.query<{ stopPolicyShadow: PolicyShadowPayload }>(
    `mutation { stopPolicyShadow { shadow { ${shadowFields} } userErrors { at field message code } } }`,
  );
  assertNoUserErrors(payload.userErrors, "nothing was stopped");
  context.print(render(format, payload.shadow, () => describeShadow(context, payload.shadow ?? null)));
}

export async function shadowStatus(context: CommandContext, options: { readonly output: string }): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { policyShadow } = await context.client.query<{ policyShadow: PolicyShadow | null }>(
    `{ policyShadow { ${shadowFields} } }`,
  );
  context.print(render(format, policyShadow, () => describeShadow(context, policyShadow)));
}

/** The impact as text: groups, then the sum. */
export function describeImpact(context: CommandContext, impact: PolicyImpact): string {
  const { rulesAdded, rulesRemoved, changed, compared } = impact;
  return [
    ...impact.groups.flatMap((group) => describeGroup(context, group)),
    `${count(changed, "decision")} would change (${count(rulesAdded.length, "rule")} added, ${rulesRemoved.length} removed; ${compared} decisions compared)`,
    ...cutLine(context, impact.cut),
  ].join("\n");
}

function describeShadow(context: CommandContext, shadow: PolicyShadow | null): string {
  if (!shadow) return "no candidate runs in shadow";
  return [
    ...shadow.groups.flatMap((group) => describeGroup(context, group)),
    printable(`${shadow.documents.join(", ")} since ${shadow.startedAt} by ${shadow.startedBy}`),
    `${shadow.disagreed} of ${count(shadow.compared, "decision")} differ${shadow.failed > 0 ? `, ${shadow.failed} failed` : ""}`,
    ...(shadow.problem ? [context.style.warn(printable(`it does not answer at present: ${shadow.problem}`))] : []),
  ].join("\n");
}

function describeGroup(context: CommandContext, group: DecisionChangeGroup): string[] {
  const { before, after, predicates, subjects, objects } = group;
  const { style } = context;
  const to = after.effect === "allow" ? style.good : style.bad;
  const who = subjects.count === 1 ? subjects.sample[0] : `${subjects.count} users${classOf(subjects.common)}`;
  const what = objects.count === 1 ? objects.sample[0] : `${objects.count} objects${classOf(objects.common)}`;
  return [
    `${to(`${before.effect} -> ${after.effect}`)} ${printable(`${predicates.join(", ")}: ${who} on ${what} (${count(group.count, "decision")})`)}`,
    `    before: ${printable(describeSide(before))}`,
    `    after:  ${printable(describeSide(after))}`,
    ...(group.count > 1 && group.examples[0]
      ? [
          style.dim(
            printable(
              `    e.g. ${group.examples[0].subject} ${group.examples[0].predicate} ${group.examples[0].object}`,
            ),
          ),
        ]
      : []),
  ];
}

function classOf(common: readonly string[]): string {
  return common.length === 0 ? "" : ` with ${common.slice(0, 3).join(", ")}`;
}

function describeSide({ because, denyReason, obligations }: DecisionSide): string {
  const rules = because.map(({ id, at }) => `${id} at ${at}`).join(", ");
  return [rules || (denyReason ?? "a policy you may not see"), obligations].filter(Boolean).join("; ");
}

function cutLine(context: CommandContext, cut: string | null | undefined): string[] {
  return cut ? [context.style.warn(printable(`incomplete: ${cut}`))] : [];
}

async function readTexts(paths: readonly string[], recursive = false): Promise<ManifestFile[]> {
  const found = paths.length === 1 && paths[0] === "live" ? [] : await readManifests(paths, recursive);
  return found.filter(({ file }) => !/\.cases\.ya?ml$/.test(file));
}
