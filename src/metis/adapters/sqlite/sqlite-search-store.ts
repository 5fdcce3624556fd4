import type { Clock } from "../../../shared/clock.ts";
import type { Logger } from "../../../shared/logger.ts";
import type { SearchStore } from "../../ports.ts";
import { checkChanges, checkRequest, fromCursor, planQuery } from "../../search/index.ts";
import { openProjection, type ProjectionFile } from "./projection-file.ts";
import { createSearchMemories, type Touched } from "./search-memory.ts";
import { readResult } from "./search-reader.ts";
import { createSearchSchema } from "./search-schema.ts";
import { suggestNames } from "./search-suggest.ts";
import { deleteDocument, upsertDocument } from "./search-writer.ts";
import { createVisibilities, type Visibilities } from "./visibility.ts";
import { createVisibleVocabulary, createWordList, type WordList } from "./visible-vocabulary.ts";

/**
 * The search projection in one SQLite file. Same analysis, scores and order as every other search store.
 * A file that is damaged or of another version is emptied: `appliedSeq` is 0 then and the log is to be applied again.
 *
 * @param options `path` of the file, or `:memory:`
 * @throws {UnavailableError} the file cannot be opened
 */
export function createSqliteSearchStore(
  options: { readonly path: string },
  { logger }: { readonly logger: Logger; readonly clock: Clock },
): SearchStore {
  const visibilities = createVisibilities();
  return overFile(openProjection(options.path, createSearchSchema(visibilities), logger), visibilities);
}

function overFile(file: ProjectionFile, visibilities: Visibilities): SearchStore {
  const memories = createSearchMemories();
  const loadWords = (): WordList =>
    createWordList(function* () {
      for (const { term } of file.db().prepare("select term from word_list").iterate<{ term: string }>()) yield term;
    });
  let words = loadWords();
  return {
    appliedSeq: async () => file.appliedSeq(),

    async apply(changes) {
      checkChanges(changes);
      const db = file.db();
      const touched: Touched = { terms: new Set(), docs: new Set() };
      db.transaction(() => {
        for (const document of changes.upserts) words.add(upsertDocument(db, document, touched));
        for (const { urn, seq } of changes.deletes) deleteDocument(db, urn, seq, touched);
        file.setAppliedSeq(changes.appliedSeq);
      });
      visibilities.forget(db);
      memories.forget(db, touched);
    },

    async search(request, filter) {
      checkRequest(request);
      const after = fromCursor(request);
      const db = file.db();
      return visibilities.during(filter, db, async (visible) => {
        const memory = memories.of(db);
        const vocabulary = createVisibleVocabulary(db, memory, visible, words);
        const plan = await planQuery(request.text, vocabulary, request.synonyms);
        return readResult(db, { request, after, plan, visible, vocabulary, memory: memories.of(db) });
      });
    },

    suggest: (prefix, first, filter) =>
      visibilities.during(filter, file.db(), (visible) => suggestNames(file.db(), prefix, first, visible)),

    async beginRebuild() {
      const { file: fresh, swap, abandon } = file.beginRebuild();
      return {
        store: overFile(fresh, visibilities),
        async swap() {
          swap();
          words = loadWords();
        },
        abandon: async () => abandon(),
      };
    },

    count: async () => file.db().prepare("select count(*) as n from doc").get<{ n: number }>()?.n ?? 0,
    async ping() {
      file.db().prepare("select 1").get();
    },
    close: async () => file.close(),
  };
}
