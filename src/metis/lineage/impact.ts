import type { Clock } from "../../shared/clock.ts";
import { BadInputError, NotFoundError } from "../../shared/errors.ts";
import { type Urn, withoutField } from "../../shared/urn.ts";
import type { ImpactResult, LineageStore } from "../ports.ts";
import { compareText } from "./collapse.ts";
import { type CompactReader, hiddenVertex, stubVertex } from "./compact-reader.ts";

type Request = Parameters<LineageStore["impact"]>[0];
type Answer = Awaited<ReturnType<LineageStore["impact"]>>;
type Reason = "maxNodes" | "deadline";

const maxImpact = 100_000;
const maxValues = 100;
// of a frontier as many at once as are read in some milliseconds
const chunkSize = 5_000;

/**
 * Counts what is reached from `request.of`, level by level until there is nothing more; the same for every store, see
 * `LineageStore.impact`.
 *
 * @throws {NotFoundError} the start is unknown or not visible
 * @throws {BadInputError} maxNodes is out of range
 */
export async function countImpact(reader: CompactReader, request: Request, clock: Clock): Promise<Answer> {
  const { maxNodes, granularity, direction } = request;
  if (!Number.isInteger(maxNodes) || maxNodes < 1 || maxNodes > maxImpact) {
    throw new BadInputError(`\`maxNodes\` is \`${maxNodes}\`; expected a whole number from 1 to ${maxImpact}`);
  }
  const endsAt = clock.now() + request.deadlineMs;
  const { root, starts } = await findStart(reader, request);
  const seen = new Set(starts);
  const sizes = new Map<number, number>();
  let counted = 0;
  let cut: Reason | undefined;

  for (let frontier = starts; frontier.length > 0 && cut === undefined; ) {
    const next: number[] = [];
    for (let at = 0; at < frontier.length && cut === undefined; at += chunkSize) {
      if (clock.now() >= endsAt) {
        cut = "deadline";
        break;
      }
      const fresh: number[] = [];
      for (const handle of await reader.neighbours(frontier.slice(at, at + chunkSize), direction, granularity)) {
        if (seen.has(handle)) continue;
        seen.add(handle);
        fresh.push(handle);
      }
      for (const [index, group] of (await reader.look(fresh)).entries()) {
        if (group === hiddenVertex) continue;
        if (counted === maxNodes) {
          cut = "maxNodes";
          break;
        }
        counted++;
        sizes.set(group, (sizes.get(group) ?? 0) + 1);
        next.push(fresh[index] ?? 0);
      }
    }
    frontier = next;
  }
  return {
    root,
    total: counted,
    stubs: sizes.get(stubVertex) ?? 0,
    ...countFacts(reader, sizes),
    completeness: cut ? { state: "truncated", reason: cut } : { state: "complete" },
  };
}

/** From a dataset, column lineage starts at all of its columns that the subject may know of; they are no part of the impact. */
async function findStart(
  reader: CompactReader,
  { of, granularity }: Request,
): Promise<{ readonly root: Urn; readonly starts: readonly number[] }> {
  const root = granularity === "DATASET" ? withoutField(of) : of;
  const [given, start] = [await reader.handleOf(of), await reader.handleOf(root)];
  const notFound = new NotFoundError(`no lineage of \`${of.slice(0, 500)}\`: it does not exist, or you may not see it`);
  if (given === undefined || start === undefined) throw notFound;
  if ((await reader.look([given, start])).some((group) => group < 0)) throw notFound;
  if (granularity === "DATASET" || root.includes("#")) return { root: root as Urn, starts: [start] };
  const columns = await reader.columns(start);
  const groups = await reader.look(columns);
  return {
    root: root as Urn,
    starts: [start, ...columns.filter((_, index) => groups[index] !== hiddenVertex)],
  };
}

function countFacts(
  reader: CompactReader,
  sizes: ReadonlyMap<number, number>,
): Pick<ImpactResult, "kinds" | "owners" | "depots"> {
  const [kinds, owners, depots] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  const add = (counts: Map<string, number>, value: string, size: number): void => {
    counts.set(value, (counts.get(value) ?? 0) + size);
  };
  for (const [group, size] of sizes) {
    // SECURITY: of what may only be traced nothing is told but that it is there
    if (group < 0) continue;
    const facts = reader.factsOf(group);
    add(kinds, facts.kind, size);
    for (const owner of new Set(facts.owners)) add(owners, owner, size);
    if (facts.depot !== undefined) add(depots, facts.depot, size);
  }
  return { kinds: byCount(kinds), owners: byCount(owners), depots: byCount(depots) };
}

function byCount(counts: ReadonlyMap<string, number>): ImpactResult["kinds"] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || compareText(a.value, b.value))
    .slice(0, maxValues);
}
