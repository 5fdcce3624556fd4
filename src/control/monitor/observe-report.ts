import { BadInputError } from "../../shared/errors.ts";
import { applyFilter, compareWith, holds, type Json, parseFilter } from "../jq-filter/index.ts";
import { parseDurationMs, type SpecOf } from "../manifest/index.ts";
import type { Observation } from "./observation.ts";
import type { ReportPath } from "./report-path.ts";

type Condition = NonNullable<SpecOf["monitor"]["report"]>["conditions"][number];
type ValueComparison = NonNullable<Condition["valueComparison"]>;
type DurationComparison = NonNullable<Condition["durationComparison"]>;

/**
 * Holds a report against conditions: an observation where all comparisons of one of them hold.
 * @param report `value` and, for the runtime, `runs` (newest first) with `id phase started completed`
 * @throws {BadInputError} a filter does not fit the report, or a value is no duration
 */
export function observeReport(
  path: ReportPath,
  conditions: readonly Condition[],
  report: { readonly [key: string]: Json },
  nowMs: number,
): readonly Observation[] {
  const hit = conditions.find(
    ({ valueComparison, durationComparison }) =>
      (!valueComparison || holdsValue(valueComparison, report)) &&
      (!durationComparison || holdsDuration(durationComparison, report, nowMs)),
  );
  if (!hit) return [];
  const observationType =
    hit.valueComparison?.observationType ?? hit.durationComparison?.observationType ?? path.report;
  const { value = null } = report;
  return [
    {
      key: "",
      message: `the ${path.report} of \`${path.resourceId}\` is \`${String(value)}\`${durationWords(hit)}`,
      document: {
        reportContext: { resourceId: path.resourceId, observationType, value },
      },
    },
  ];
}

function holdsValue(comparison: ValueComparison, report: Json): boolean {
  return holds(comparison, report);
}

function holdsDuration(comparison: DurationComparison, report: Json, nowMs: number): boolean {
  const { selectorJqFilter, startedJqFilter, completedJqFilter, operator, value } = comparison;
  const wantedMs = parseDurationMs(value) ?? toSeconds(value);
  if (wantedMs === undefined)
    throw new BadInputError(`\`${value.slice(0, 40)}\` is no duration; expected one such as \`90s\` or \`1h30m\``);
  const chosen = selectorJqFilter === undefined ? [report] : applyFilter(parseFilter(selectorJqFilter), report);
  return chosen.some((one) => {
    const startedMs = readTime(startedJqFilter, one);
    if (startedMs === undefined) return false;
    // what has not ended lasts until now
    const endedMs = (completedJqFilter === undefined ? undefined : readTime(completedJqFilter, one)) ?? nowMs;
    return compareWith(operator, endedMs - startedMs, wantedMs);
  });
}

function readTime(filter: string, document: Json): number | undefined {
  const [found = null] = applyFilter(parseFilter(filter), document);
  if (found === null) return undefined;
  const time = typeof found === "number" ? found * 1000 : Date.parse(String(found));
  if (!Number.isNaN(time)) return time;
  throw new BadInputError(`\`${filter.slice(0, 80)}\` finds \`${String(found).slice(0, 40)}\`, which is no time`);
}

function toSeconds(text: string): number | undefined {
  return /^\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : undefined;
}

function durationWords({ durationComparison: given }: Condition): string {
  return given ? `, and how long it takes is ${given.operator.replaceAll("_", " ")} ${given.value.slice(0, 40)}` : "";
}
