import type { EntityAssertion, EntityKind, LineageEdge, ScanIngest } from "../../src/metis/ports.ts";

/** What a scan wrote. */
export interface Recording {
  readonly entities: Map<string, EntityAssertion>;
  readonly lineage: Map<string, readonly LineageEdge[]>;
  readonly listed: Map<string, { readonly childKind: EntityKind; readonly excluded: (name: string) => boolean }>;
  readonly failed: Map<string, string>;
  finished: boolean;
  /** sizes of the batches */
  readonly batches: number[];
}

/** Keeps what a scan writes, and holds it to the rules of `ScanIngest`: batch sizes, containers first, no URN twice. */
export function createRecordingIngest(): { readonly ingest: ScanIngest; readonly recording: Recording } {
  const recording: Recording = {
    entities: new Map(),
    lineage: new Map(),
    listed: new Map(),
    failed: new Map(),
    finished: false,
    batches: [],
  };
  const open = (): void => {
    if (recording.finished) throw new TypeError("the scan is finished");
  };
  // the depot is there before its scan
  const isKnown = (urn: string): boolean => recording.entities.has(urn) || urn.startsWith("urn:dataos:depot:");
  const ingest: ScanIngest = {
    async put(assertions) {
      open();
      if (assertions.length > 5_000) throw new TypeError("at most 5,000 assertions per call");
      recording.batches.push(assertions.length);
      for (const assertion of assertions) {
        if (recording.entities.has(assertion.urn)) throw new TypeError(`${assertion.urn} is put twice`);
        if (assertion.parent !== undefined && !isKnown(assertion.parent)) {
          throw new TypeError(`${assertion.urn} comes before its parent`);
        }
        recording.entities.set(assertion.urn, assertion);
      }
    },
    async putLineage(evidence, edges) {
      open();
      recording.lineage.set(evidence, edges);
    },
    async listed(container, childKind, excluded) {
      open();
      if (!isKnown(container)) throw new TypeError(`${container} was not put`);
      recording.listed.set(container, { childKind, excluded });
    },
    async failed(container, reason) {
      open();
      recording.failed.set(container, reason);
    },
    async finish() {
      open();
      recording.finished = true;
      return {
        created: recording.entities.size,
        updated: 0,
        unchanged: 0,
        missing: 0,
        outOfScope: 0,
        restored: 0,
        lineageEdges: [...recording.lineage.values()].reduce((sum, edges) => sum + edges.length, 0),
        heldForApproval: undefined,
        seq: recording.entities.size,
      };
    },
  };
  return { ingest, recording };
}
