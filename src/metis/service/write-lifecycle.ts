import type { CatalogWriter } from "../adapters/state/index.ts";
import { isLive, type LifecycleFacts, type LifecyclePlan, type Listing, planLifecycle } from "../catalog/index.ts";
import type { EntityKind, LifecycleState } from "../ports.ts";

/** What a scan says of a container. */
export interface ListingReport {
  readonly container: string;
  readonly childKind: EntityKind;
  readonly excluded: (name: string) => boolean;
}

export interface ScanReport {
  readonly depot: string;
  readonly runId: string;
  readonly listings: readonly ListingReport[];
  /** URNs of containers whose listing failed */
  readonly failed: ReadonlySet<string>;
  /** ids of everything that was put */
  readonly seen: ReadonlySet<string>;
  /** newest change before the scan; what others changed later is left alone */
  readonly startSeq: number;
  /** what the scan itself changed without putting it: id -> number of that change */
  readonly touched: ReadonlyMap<string, number>;
}

/** Applies the rules of DESIGN §6 at the end of a scan. */
export async function writeLifecycle(
  writer: CatalogWriter,
  report: ScanReport,
): Promise<{ readonly missing: number; readonly outOfScope: number; readonly heldForApproval: string | undefined }> {
  const plan = await makePlan(writer, report);
  const count = (state: LifecycleState): number => plan.transitions.filter(({ to }) => to === state).length;
  await writeStates(writer, new Map(plan.transitions.map(({ entity, to }) => [entity.id, to])));
  const { held } = plan;
  await writer.setHeld(
    report.depot,
    held && { run_id: report.runId, reason: held.reason, removals: JSON.stringify(held.removals.map(toRemoval)) },
  );
  return { missing: count("missing"), outOfScope: count("outOfScope"), heldForApproval: held?.reason };
}

/** A removal that waits, with the change it was decided on. */
export interface HeldRemoval {
  readonly id: string;
  readonly seq: number;
}

/**
 * Makes `missing` what was held, as far as nobody changed it since.
 * @returns how many there were
 */
export async function writeRemovals(writer: CatalogWriter, removals: readonly HeldRemoval[]): Promise<number> {
  const records = await writer.findByIds(removals.map(({ id }) => id));
  const states = new Map<string, LifecycleState>();
  for (const { id, seq } of removals) if (records.get(id)?.seq === seq) states.set(id, "missing");
  await writeStates(writer, states);
  return states.size;
}

async function writeStates(writer: CatalogWriter, states: ReadonlyMap<string, LifecycleState>): Promise<void> {
  const records = await writer.findByIds([...states.keys()]);
  for (const [id, state] of states) {
    const before = records.get(id);
    if (!before || before.state === state) continue;
    const after = { ...before, state, stateSince: writer.at, updatedAt: writer.at, seq: writer.nextSeq() };
    writer.putEntity({ op: "state", before, after, aspects: [], facts: true });
  }
}

async function makePlan(writer: CatalogWriter, report: ScanReport): Promise<LifecyclePlan> {
  const { seen, startSeq, touched, failed } = report;
  const containers = await writer.findByUrns([
    ...new Set([...report.listings.map(({ container }) => container), ...failed]),
  ]);
  const isAbsent = (entity: LifecycleFacts): boolean =>
    !seen.has(entity.id) && (entity.seq <= startSeq || touched.get(entity.id) === entity.seq);
  const idOf = (urn: string): string => containers.get(urn)?.id ?? "";
  const reports = report.listings.filter(({ container }) => !failed.has(container) && containers.has(container));
  const children = await readChildren(writer, reports, idOf);
  const listings = reports.map((listing): Listing => {
    const ofThis = children.get(`${idOf(listing.container)} ${listing.childKind}`) ?? [];
    return {
      ...listing,
      liveChildren: ofThis.filter((child) => isLive(child) && (seen.has(child.id) || isAbsent(child))).length,
      absent: ofThis.filter(isAbsent),
    };
  });
  const lost = (await writer.findChildFacts([...failed].map(idOf))).filter(isAbsent);
  const descendants = new Map<string, LifecycleFacts[]>();
  let level = [...listings.flatMap(({ absent }) => absent), ...lost];
  while (level.length > 0) {
    const containers = level.filter(({ kind }) => kind !== "column").map(({ id }) => id);
    level = (await writer.findChildFacts(containers)).filter(isAbsent);
    for (const entity of level) push(descendants, entity.parentId ?? "", entity);
  }
  return planLifecycle(listings, lost, descendants, Date.parse(writer.at));
}

/** Children of what was listed: `<container's id> <kind>` -> children in any state. */
async function readChildren(
  writer: CatalogWriter,
  reports: readonly ListingReport[],
  idOf: (urn: string) => string,
): Promise<ReadonlyMap<string, readonly LifecycleFacts[]>> {
  const found = new Map<string, LifecycleFacts[]>();
  for (const kind of new Set(reports.map(({ childKind }) => childKind))) {
    const ofKind = reports.filter(({ childKind }) => childKind === kind).map(({ container }) => idOf(container));
    for (const child of await writer.findChildFacts(ofKind, [kind])) push(found, `${child.parentId} ${kind}`, child);
  }
  return found;
}

function push<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}

function toRemoval({ id, seq }: LifecycleFacts): HeldRemoval {
  return { id, seq };
}
