import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import { compileFilter, type ObjectTest } from "../../../shared/compile-filter.ts";
import type { FilteredObject, ObjectFilter } from "../../../shared/object-filter.ts";
import type { Sql } from "./sql-parts.ts";

/** What one question may see, as conditions on expressions that give ids. */
export interface Visibility {
  /** @param id of a row of `doc` */
  document(id: string): Sql;
  /** @param id of a row of `part`; of the document itself it always holds */
  part(id: string): Sql;
  /** Nothing is hidden. */
  readonly all: boolean;
  /** The same conditions, for one id. */
  seesDocument(id: number): boolean;
  seesPart(id: number): boolean;
}

/** Decides in SQL what a filter lets pass, for the questions that are being answered. */
export interface Visibilities {
  /** Makes the conditions known to a connection; each connection needs it once. */
  register(db: SqliteDatabase): void;
  /** Answers `ask` for one who may see of `db` what `filter` selects; the conditions hold as long as it runs. */
  during<T>(filter: ObjectFilter, db: SqliteDatabase, ask: (visible: Visibility) => Promise<T>): Promise<T>;
  /** Objects in `db` may have changed. */
  forget(db: SqliteDatabase): void;
}

interface Judge {
  readonly test: ObjectTest;
  readonly known: WeakMap<SqliteDatabase, Known>;
}

/** By id: 0 not known, 1 hidden, 2 visible. */
interface Known {
  docs: Uint8Array;
  parts: Uint8Array;
}

const maxJudges = 32;

/**
 * WHY a function of ours instead of SQL: it is `matchesFilter` itself, and looks at the objects that matched the words once for
 * all questions of a subject; a policy of 300 rules as SQL took seconds.
 */
export function createVisibilities(): Visibilities {
  const judges = new Map<string, Judge>();
  const asking = new Map<number, Judge>();
  let lastQuestion = 0;

  const judgeOf = (filter: ObjectFilter): Judge => {
    const key = JSON.stringify(filter);
    const judge = judges.get(key) ?? { test: compileFilter(filter), known: new WeakMap() };
    judges.delete(key);
    judges.set(key, judge);
    const [oldest] = judges.keys();
    if (judges.size > maxJudges && oldest !== undefined) judges.delete(oldest);
    return judge;
  };
  return {
    register(db) {
      db.function("dataos_visible", (question, id) => {
        const judge = asking.get(Number(question));
        // SECURITY: no filter, no answer
        if (!judge) throw new TypeError("a condition outlived its question");
        return Number(decide(judge, db, Number(id)));
      });
    },
    async during(filter, db, ask) {
      if (filter.op === "all") return ask(seesAll);
      const judge = judgeOf(filter);
      const question = ++lastQuestion;
      asking.set(question, judge);
      try {
        return await ask({
          document: (id) => ({ text: `dataos_visible(?, ${id})`, parameters: [question] }),
          part: (id) => ({ text: `dataos_visible(?, -${id})`, parameters: [question] }),
          all: false,
          seesDocument: (id) => decide(judge, db, id),
          seesPart: (id) => decide(judge, db, -id),
        });
      } finally {
        asking.delete(question);
      }
    },
    forget(db) {
      for (const { known } of [...judges.values(), ...asking.values()]) known.delete(db);
    },
  };
}

/** @param id of a document, or the negative id of a part */
function decide(judge: Judge, db: SqliteDatabase, id: number): boolean {
  let known = judge.known.get(db);
  if (!known) {
    known = { docs: new Uint8Array(1_024), parts: new Uint8Array(1_024) };
    judge.known.set(db, known);
  }
  const before = id < 0 ? known.parts[-id] : known.docs[id];
  return before === 1 || before === 2 ? before === 2 : look(judge.test, known, db, id);
}

function look(test: ObjectTest, known: Known, db: SqliteDatabase, id: number): boolean {
  const row = db
    .prepare(id < 0 ? "select object from part where id = ?" : "select object from doc where id = ?")
    .get<{ object: string | null }>([Math.abs(id)]);
  // the part of a document itself has no object: where the document is visible, it is
  const answer = row !== undefined && (row.object === null || test(JSON.parse(row.object) as FilteredObject));
  const list = id < 0 ? "parts" : "docs";
  known[list] = withRoom(known[list], Math.abs(id));
  known[list][Math.abs(id)] = answer ? 2 : 1;
  return answer;
}

function withRoom(list: Uint8Array, id: number): Uint8Array {
  if (id < list.length) return list;
  const larger = new Uint8Array(2 * id);
  larger.set(list);
  return larger;
}

const always = (): Sql => ({ text: "true", parameters: [] });
const seesAll: Visibility = {
  document: always,
  part: always,
  all: true,
  seesDocument: () => true,
  seesPart: () => true,
};
