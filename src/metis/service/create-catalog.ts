import type { Authorized } from "../../heimdall/ports.ts";
import type { Clock } from "../../shared/clock.ts";
import { NotFoundError, StaleError } from "../../shared/errors.ts";
import type { IdSource } from "../../shared/ids.ts";
import type { Logger } from "../../shared/logger.ts";
import { noObjects } from "../../shared/object-filter.ts";
import { formatUrn } from "../../shared/urn.ts";
import type { StateDb } from "../../state/index.ts";
import { createCatalogStore, createProjectionLeases, type ProjectionName } from "../adapters/state/index.ts";
import type { Catalog, LineageStore, SearchStore } from "../ports.ts";
import { createCatalogVersion } from "./catalog-version.ts";
import { findVisible, isVisible, notFound } from "./entity-access.ts";
import { editEntity } from "./entity-edit.ts";
import { checkFirst, listColumns, listEntities } from "./entity-listing.ts";
import type { Feed } from "./feed.ts";
import { showEdges, showEntities, showEntity } from "./hidden-names.ts";
import { createKnownDepots } from "./known-depots.ts";
import { createLineageFeed } from "./lineage-feed.ts";
import { createObjectLister } from "./object-lister.ts";
import { createProjector, type Projector, type ProjectorOptions } from "./projector.ts";
import type { RunningCatalog } from "./running-catalog.ts";
import { createScanIngest } from "./scan-ingest.ts";
import { createSearchFeed } from "./search-feed.ts";
import { type HeldRemoval, writeRemovals } from "./write-lifecycle.ts";

export interface CatalogOptions {
  /** migrated with `metisMigrations` */
  readonly state: StateDb;
  readonly search: SearchStore;
  readonly lineage: LineageStore;
  /** Projections that no other process reads, such as embedded ones: each process feeds its own. Default: none. */
  readonly ownProjections?: readonly ProjectionName[];
  /** What else people call things, asked at each search; the same list until it changes. Default: nothing. */
  readonly synonyms?: () => readonly (readonly string[])[];
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

const lineageDeadlineMs = 5_000;
const maxNamesPerRead = 1_000;
const waitMs = 2_000;
const waitStepMs = 25;
/** Of a projection that nobody else feeds. */
const ownLeases: ProjectorOptions["leases"] = {
  acquire: async () => true,
  release: async () => {},
  note: async () => {},
};

/** The catalog over a state store and its two projections. It answers at once; projections are fed after `start`. */
export function createCatalog(options: CatalogOptions): RunningCatalog {
  const { search, lineage, clock, ids } = options;
  const logger = options.logger.child({ component: "metis" });
  const version = createCatalogVersion(options.state, () => store.currentSeq(), clock);
  const { state } = version;
  const store = createCatalogStore(state, clock);
  const shared = createProjectionLeases(state, clock, ids.uuid());
  const { multiProcess } = state.capabilities;
  const toProjector = (name: ProjectionName, feed: Feed): Projector => {
    const leases = options.ownProjections?.includes(name) ? ownLeases : shared;
    return createProjector({ name, feed, store, leases, clock, logger, multiProcess });
  };
  const searchProjector = toProjector("search", createSearchFeed(store, search));
  const lineageProjector = toProjector("lineage", createLineageFeed(store, lineage));
  const projectors = [searchProjector, lineageProjector];
  const wake = (): void => {
    for (const projector of projectors) projector.wake();
  };

  /** The state store itself is always at its newest; only a number from elsewhere may be ahead of it. */
  const waitForState = async (minSeq: number | undefined): Promise<void> => {
    if (minSeq === undefined) return;
    const deadline = clock.now() + waitMs;
    for (let reached = await store.currentSeq(); reached < minSeq; reached = await store.currentSeq()) {
      if (clock.now() >= deadline) {
        throw new StaleError(`the catalog is at ${reached}, not yet at ${minSeq}; try again shortly`);
      }
      await new Promise<void>((resolve) => clock.schedule(waitStepMs, resolve));
    }
  };
  const lag = async (applied: number): Promise<number> => Math.max(0, (await store.currentSeq()) - applied);

  const catalog: Catalog = {
    async beginScan(auth, { depot, runId }) {
      const context = { actor: auth.subject.id, decisionId: auth.decisionId, runId };
      const scan = { store, ids, context, depot, onCommit: wake };
      const depotUrn = formatUrn({ kind: "depot", scope: depot });
      const before = await store.findByUrns([depotUrn]);
      if (!before.has(depotUrn)) {
        const first = createScanIngest({ ...scan, startSeq: await store.currentSeq() });
        await first.put([
          { urn: depotUrn, kind: "depot", name: depot, qualifiedName: depot, parent: undefined, depot, aspects: {} },
        ]);
        await first.finish();
      }
      return createScanIngest({ ...scan, startSeq: await store.currentSeq() });
    },
    async approveScan(auth, runId) {
      const context = { actor: auth.subject.id, decisionId: auth.decisionId, runId };
      const written = await store.write(context, async (writer) => {
        const held = await writer.findHeld(runId);
        if (!held)
          throw new NotFoundError(`scan \`${runId}\` holds nothing for approval; a later scan may have replaced it`);
        await writer.setHeld(held.depot, undefined);
        return writeRemovals(writer, JSON.parse(held.removals) as readonly HeldRemoval[]);
      });
      if (written.wrote) wake();
      return { removed: written.result, seq: written.seq };
    },
    async getEntity(auth, urnOrAlias, { minSeq, asOf } = {}) {
      await waitForState(minSeq);
      const record = await findVisible(store, auth, urnOrAlias);
      if (asOf === undefined) return showEntity(store, auth, record);
      const then = await store.readAsOf(record, asOf);
      // SECURITY: what was hidden then is not shown because it is open now, nor the other way round
      if (!then || !isVisible(auth, then)) throw notFound(urnOrAlias);
      return showEntity(store, auth, then, asOf);
    },
    async getEntities(auth, urns) {
      checkFirst(Math.max(1, urns.length), maxNamesPerRead);
      const found = await store.findByUrns([...new Set(urns)]);
      const aliases = await store.findAliases(urns.filter((urn) => !found.has(urn)));
      const renamed = await store.findByIds([...new Set(aliases.values())]);
      const recordOf = (urn: string) => found.get(urn) ?? renamed.get(aliases.get(urn) ?? "");
      const visible = [...new Set(urns.map(recordOf))].filter((record) => record && isVisible(auth, record));
      const shown = await showEntities(
        store,
        auth,
        visible.filter((record) => record !== undefined),
      );
      const byId = new Map(shown.map((entity) => [entity.id, entity]));
      return urns.map((urn) => byId.get(recordOf(urn)?.id ?? ""));
    },
    async getEntityById(auth, id) {
      const record = (await store.findByIds([id])).get(id);
      if (!record || !isVisible(auth, record)) throw notFound(id);
      return showEntity(store, auth, record);
    },
    listEntities: (auth, filter, page) => listEntities(store, auth, filter, page),
    listColumns: (auth, datasets) => listColumns(store, auth, datasets),
    countEntities: (auth, { depot }) => store.count(depot, auth.filter),
    async updateEntity(auth, urn, aspects, edit) {
      const { entity, wrote } = await editEntity(store, auth, urn, aspects, edit);
      if (wrote) wake();
      return entity;
    },
    async search(auth, request) {
      checkFirst(request.first);
      if (request.minSeq !== undefined) await searchProjector.waitFor(request.minSeq);
      const applied = await searchProjector.appliedSeq();
      const synonyms = options.synonyms?.();
      const result = await search.search({ ...request, ...(synonyms && { synonyms }) }, auth.filter);
      return { ...result, staleBy: await lag(applied) };
    },
    suggest: (auth, prefix, first) => search.suggest(prefix, checkFirst(first), auth.filter),
    async lineage(auth, request, trace) {
      if (request.minSeq !== undefined) await lineageProjector.waitFor(request.minSeq);
      const applied = await lineageProjector.appliedSeq();
      const { urn } = await findVisible(store, auth, request.of);
      const walk = { ...request, of: urn, deadlineMs: lineageDeadlineMs };
      const result = await lineage.walk(walk, auth.filter, trace?.filter ?? noObjects);
      return { ...result, edges: await showEdges(store, auth, result.edges), staleBy: await lag(applied) };
    },
    async impact(auth, request, trace) {
      if (request.minSeq !== undefined) await lineageProjector.waitFor(request.minSeq);
      const applied = await lineageProjector.appliedSeq();
      const { urn } = await findVisible(store, auth, request.of);
      const closure = { ...request, of: urn, deadlineMs: lineageDeadlineMs };
      const result = await lineage.impact(closure, auth.filter, trace?.filter ?? noObjects);
      return { ...result, staleBy: await lag(applied) };
    },
    currentSeq: () => store.currentSeq(),
    async rebuild(_auth: Authorized<"projection.rebuild">) {
      return { search: await searchProjector.rebuild(), lineage: await lineageProjector.rebuild() };
    },
  };
  return {
    ...catalog,
    objects: createObjectLister(store, createKnownDepots(store, version.now)),
    version: version.now,
    async start() {
      for (const projector of projectors) projector.start();
    },
    async stop() {
      await Promise.all(projectors.map((projector) => projector.stop()));
    },
    async projectionLag() {
      return {
        search: await lag(await searchProjector.appliedSeq()),
        lineage: await lag(await lineageProjector.appliedSeq()),
      };
    },
  };
}
