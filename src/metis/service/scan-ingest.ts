import type { IdSource } from "../../shared/ids.ts";
import type { CatalogStore, WriteContext } from "../adapters/state/index.ts";
import type { EntityAssertion, LineageEdge, ScanIngest, ScanOutcome } from "../ports.ts";
import { writeAssertions } from "./write-assertions.ts";
import { type ListingReport, writeLifecycle } from "./write-lifecycle.ts";
import { writeLineage } from "./write-lineage.ts";

const maxPutSize = 5_000;
// WHY: 2,000 entities a transaction are written at the same speed as 5,000 and let readers in more often
const batchSize = 2_000;
const edgeBatchSize = 5_000;

export interface ScanIngestOptions {
  readonly store: CatalogStore;
  readonly ids: IdSource;
  readonly context: WriteContext & { readonly runId: string };
  readonly depot: string;
  /** newest change before the scan */
  readonly startSeq: number;
  /** Told after each commit that changed something. */
  readonly onCommit: (seq: number) => void;
}

/**
 * One scan's writing side. What is put is committed in batches as it comes; a scan that is cut off leaves what it saw until
 * then, and the next one starts from there. Only `finish` takes anything away.
 */
export function createScanIngest(options: ScanIngestOptions): ScanIngest {
  const { store, ids, context, depot, onCommit } = options;
  const pending = new Map<string, EntityAssertion>();
  const pendingEdges = new Map<string, readonly LineageEdge[]>();
  const listings: ListingReport[] = [];
  const failed = new Set<string>();
  const seen = new Set<string>();
  const renamed = new Set<string>();
  const touched = new Map<string, number>();
  const total = { created: 0, updated: 0, unchanged: 0, restored: 0, lineageEdges: 0 };
  let edgesWaiting = 0;
  let seq = options.startSeq;
  let finished = false;

  const write: CatalogStore["write"] = async (as, work) => {
    const written = await store.write(as, work);
    seq = written.seq;
    if (written.wrote) onCommit(written.seq);
    return written;
  };
  const flushEntities = async (): Promise<void> => {
    while (pending.size > 0) {
      const batch = [...pending.values()].slice(0, batchSize);
      const { result } = await write(context, (writer) =>
        writeAssertions(writer, batch, { depot, seen, renamed }, ids),
      );
      for (const { urn } of batch) pending.delete(urn);
      for (const id of result.seen) seen.add(id);
      for (const id of result.renamed) renamed.add(id);
      for (const [id, changed] of result.touched) touched.set(id, changed);
      total.created += result.created;
      total.updated += result.updated;
      total.unchanged += result.unchanged;
      total.restored += result.restored;
    }
  };
  const flushEdges = async (): Promise<void> => {
    // WHY: a rename in the same scan moves edges, so the entities go first
    await flushEntities();
    if (pendingEdges.size === 0) return;
    const { result } = await write(context, (writer) => writeLineage(writer, pendingEdges));
    total.lineageEdges += result;
    pendingEdges.clear();
    edgesWaiting = 0;
  };
  const assertOpen = (): void => {
    if (finished) throw new TypeError("this scan is finished; begin another one");
  };

  return {
    async put(assertions) {
      assertOpen();
      if (assertions.length > maxPutSize) {
        throw new TypeError(`${assertions.length} assertions in one call; at most ${maxPutSize} are allowed`);
      }
      for (const assertion of assertions) {
        const earlier = pending.get(assertion.urn);
        pending.set(
          assertion.urn,
          earlier ? { ...assertion, aspects: { ...earlier.aspects, ...assertion.aspects } } : assertion,
        );
      }
      if (pending.size >= batchSize) await flushEntities();
    },
    async putLineage(evidence, edges) {
      assertOpen();
      edgesWaiting += edges.length;
      pendingEdges.set(evidence, edges);
      if (edgesWaiting >= edgeBatchSize) await flushEdges();
    },
    async listed(container, childKind, excluded) {
      assertOpen();
      listings.push({ container, childKind, excluded });
    },
    async failed(container) {
      assertOpen();
      failed.add(container);
    },
    async finish(): Promise<ScanOutcome> {
      assertOpen();
      await flushEdges();
      const { result } = await write(context, (writer) =>
        writeLifecycle(writer, {
          depot,
          runId: context.runId,
          listings,
          failed,
          seen,
          touched,
          startSeq: options.startSeq,
        }),
      );
      finished = true;
      return { ...total, ...result, seq };
    },
  };
}
