import type { Clock } from "../../shared/clock.ts";
import { BadInputError, NotFoundError } from "../../shared/errors.ts";
import type { ObjectFilter } from "../../shared/object-filter.ts";
import { type Urn, withoutField } from "../../shared/urn.ts";
import { toAnswer } from "./answer.ts";
import { compareText } from "./collapse.ts";
import type { Direction, LineageReader } from "./reader.ts";
import { createSightings, type Sightings } from "./sightings.ts";
import type { Cut, Walk, WalkRequest, WalkResult } from "./walk-state.ts";

// the first small enough to stop early at a node with many neighbours, later ones big enough to make few calls
const firstChunk = 500;
const maxChunk = 4_000;

/**
 * Walks a graph level by level from `request.of`; the same for every store, see `LineageStore.walk`. A stub is walked through,
 * what is hidden is not. Nothing that is hidden counts, neither for the budget nor as a reason to call the answer cut.
 *
 * @throws {NotFoundError} the start is unknown or not visible
 * @throws {BadInputError} depth or maxNodes is out of range
 */
export async function walkLineage(
  reader: LineageReader,
  request: WalkRequest,
  visible: ObjectFilter,
  traceable: ObjectFilter,
  clock: Clock,
): Promise<WalkResult> {
  checkBudget(request);
  const endsAt = clock.now() + request.deadlineMs;
  const sightings = createSightings(reader, visible, traceable);
  const root = await findRoot(request, sightings);
  const hopsOf = new Map([[root as string, 0]]);
  const walk: Walk = {
    reader,
    request,
    sightings,
    hopsOf,
    reached: new Map(directionsOf(request).map((direction) => [direction, new Set<string>()])),
    isLate: () => clock.now() >= endsAt,
  };

  let cut = await addStart(walk, root);
  let frontiers: Frontiers = new Map(directionsOf(request).map((direction) => [direction, [...hopsOf.keys()]]));
  for (const [direction, frontier] of frontiers) for (const urn of frontier) walk.reached.get(direction)?.add(urn);
  // one level more than asked for, to know which nodes have more
  for (let hops = 1; !cut && hops <= request.depth + 1; hops++) {
    const level = await expand(walk, frontiers, hops);
    if (level === undefined) break;
    ({ cut, next: frontiers } = level);
  }
  return toAnswer(walk, root, cut);
}

type Frontiers = ReadonlyMap<Direction, readonly string[]>;

function directionsOf({ direction }: WalkRequest): readonly Direction[] {
  return direction === "BOTH" ? ["UPSTREAM", "DOWNSTREAM"] : [direction];
}

async function findRoot(request: WalkRequest, sightings: Sightings): Promise<Urn> {
  const root = request.granularity === "DATASET" ? withoutField(request.of) : request.of;
  await sightings.look([...new Set([request.of, root])]);
  if (sightings.of(request.of) === "visible" && sightings.of(root) === "visible") return root as Urn;
  throw new NotFoundError(`no lineage of \`${request.of.slice(0, 500)}\`: it does not exist, or you may not see it`);
}

/** From a dataset, column lineage starts at all of its columns. */
async function addStart({ reader, request, sightings, hopsOf }: Walk, root: string): Promise<Cut | undefined> {
  if (request.granularity === "DATASET" || root.includes("#")) return undefined;
  for (const chunk of inChunks([...(await reader.columns(root))].sort(compareText))) {
    await sightings.look(chunk);
    for (const urn of chunk) {
      if (sightings.node(urn) === undefined) continue;
      if (hopsOf.size >= request.maxNodes) return { reason: "maxNodes", at: new Set(hopsOf.keys()) };
      hopsOf.set(urn, 0);
    }
  }
  return undefined;
}

/** Adds the neighbours of `frontiers`; beyond depth and budget only tells which of them have more. `undefined`: there is nothing more. */
async function expand(
  walk: Walk,
  frontiers: Frontiers,
  hops: number,
): Promise<{ readonly cut: Cut | undefined; readonly next: Frontiers } | undefined> {
  const { request, sightings, hopsOf, reached } = walk;
  const { sources, ways } = await findCandidates(walk, frontiers);
  if (sources.size === 0) return undefined;
  const expanded = new Set([...frontiers.values()].flat());
  const next = new Map([...frontiers.keys()].map((direction) => [direction, [] as string[]]));
  const unfinished = new Set<string>();
  const finish = (reason: Cut["reason"], at: Iterable<string>) => ({
    cut: { reason, at: new Set([...at, ...[...next.values()].flat()]) },
    next,
  });

  for (const chunk of inChunks([...sources.keys()].sort(compareText))) {
    if (walk.isLate()) return finish("deadline", expanded);
    await sightings.look(chunk);
    for (const urn of chunk) {
      if (sightings.node(urn) === undefined) continue;
      if (!hopsOf.has(urn)) {
        if (hops > request.depth || hopsOf.size >= request.maxNodes) {
          for (const source of sources.get(urn) ?? []) unfinished.add(source);
          continue;
        }
        hopsOf.set(urn, hops);
      }
      for (const direction of ways.get(urn) ?? []) {
        reached.get(direction)?.add(urn);
        next.get(direction)?.push(urn);
      }
    }
    // all that could be learnt is known
    if (unfinished.size === expanded.size) break;
  }
  if (hops > request.depth) {
    return { cut: unfinished.size > 0 ? { reason: "depth", at: unfinished } : undefined, next };
  }
  return unfinished.size > 0 ? finish("maxNodes", unfinished) : { cut: undefined, next };
}

/** Neighbours not reached yet: the nodes of the frontier that they were found from, and in which directions. */
async function findCandidates({ reader, request, reached }: Walk, frontiers: Frontiers) {
  const sources = new Map<string, Set<string>>();
  const ways = new Map<string, Set<Direction>>();
  for (const [direction, frontier] of frontiers) {
    if (frontier.length === 0) continue;
    for (const { urn, neighbour } of await reader.neighbours(frontier, direction, request.granularity)) {
      if (reached.get(direction)?.has(neighbour)) continue;
      put(sources, neighbour, urn);
      put(ways, neighbour, direction);
    }
  }
  return { sources, ways };
}

function checkBudget({ depth, maxNodes, deadlineMs }: WalkRequest): void {
  if (!Number.isInteger(depth) || depth < 1 || depth > 50) {
    throw new BadInputError(`\`depth\` is \`${depth}\`; expected a whole number from 1 to 50`);
  }
  if (!Number.isInteger(maxNodes) || maxNodes < 1 || maxNodes > 10_000) {
    throw new BadInputError(`\`maxNodes\` is \`${maxNodes}\`; expected a whole number from 1 to 10000`);
  }
  if (!(deadlineMs >= 0)) throw new TypeError("`deadlineMs` is the time that the walk may take, 0 or more");
}

function put<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

function* inChunks(items: readonly string[]): Generator<readonly string[]> {
  for (let at = 0, size = firstChunk; at < items.length; at += size, size = Math.min(2 * size, maxChunk)) {
    yield items.slice(at, at + size);
  }
}
