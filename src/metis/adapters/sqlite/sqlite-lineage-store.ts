import type { Clock } from "../../../shared/clock.ts";
import type { Logger } from "../../../shared/logger.ts";
import { countImpact, walkLineage } from "../../lineage/index.ts";
import type { LineageStore } from "../../ports.ts";
import { createLineageCache } from "./lineage-cache.ts";
import { createLineageReader } from "./lineage-reader.ts";
import { lineageSchema } from "./lineage-schema.ts";
import { writeChanges } from "./lineage-writer.ts";
import { openProjection, type ProjectionFile } from "./projection-file.ts";

/**
 * The lineage projection in one SQLite file. Opening takes no time: a walk reads what it passes, and only what closures
 * have read is kept in memory.
 * A file that is damaged or of another version is emptied: `appliedSeq` is 0 then and the log is to be applied again.
 *
 * @param options `path` of the file, or `:memory:`
 * @throws {UnavailableError} the file cannot be opened
 */
export function createSqliteLineageStore(
  options: { readonly path: string },
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): LineageStore {
  return overFile(openProjection(options.path, lineageSchema, logger), clock);
}

function overFile(file: ProjectionFile, clock: Clock): LineageStore {
  const reader = createLineageReader(file.db);
  const cache = createLineageCache(file.db);
  return {
    appliedSeq: async () => file.appliedSeq(),
    async apply(changes) {
      const db = file.db();
      const touched = db.transaction(() => {
        file.setAppliedSeq(changes.appliedSeq);
        return writeChanges(db, changes);
      });
      cache.forget(touched);
    },
    walk: (request, visible, traceable) => walkLineage(reader, request, visible, traceable, clock),
    impact: (request, visible, traceable) => countImpact(cache.readerFor(visible, traceable), request, clock),
    async beginRebuild() {
      const { file: fresh, swap, abandon } = file.beginRebuild();
      return {
        store: overFile(fresh, clock),
        async swap() {
          swap();
          cache.clear();
        },
        abandon: async () => abandon(),
      };
    },
    async counts() {
      const row = file
        .db()
        .prepare(
          `select (select count(*) from vertex where node is not null) as nodes,
                  (select count(*) from edge where collapsed <> 1) as edges`,
        )
        .get<{ nodes: number; edges: number }>();
      return { nodes: row?.nodes ?? 0, edges: row?.edges ?? 0 };
    },
    async ping() {
      file.db().prepare("select 1").get();
    },
    close: async () => file.close(),
  };
}
