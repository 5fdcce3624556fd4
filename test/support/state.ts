import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import { afterAll, describe } from "vitest";
import { openPostgresPool } from "../../src/drivers/postgres/index.ts";
import { type Clock, systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";
import { openState, type StateDb } from "../../src/state/index.ts";
import { createTempDir } from "./temp-dir.ts";

/** One empty state store that can be opened again and again (on SQLite: by one at a time). */
export interface StateStore {
  readonly url: Secret;
  /** SQLite only: the folder of its files. */
  readonly dir: string | undefined;
  open(clock?: Clock): Promise<StateDb>;
}

export interface StateTestEngine {
  readonly name: "SQLite" | "PostgreSQL";
  /** The variable to set, where the engine is not there. */
  readonly missing: string | undefined;
  /** A fresh, empty store; removed after the tests of the file. */
  create(): Promise<StateStore>;
}

/** SQLite always; PostgreSQL when TEST_POSTGRES_URL is set, in a schema of its own per store. */
export function stateEngines(): StateTestEngine[] {
  const url = process.env.TEST_POSTGRES_URL;
  return [
    { name: "SQLite", missing: undefined, create: createSqliteStore },
    {
      name: "PostgreSQL",
      missing: url ? undefined : "TEST_POSTGRES_URL",
      create: () => createPostgresStore(new Secret(url ?? "")),
    },
  ];
}

/**
 * Defines the same tests for each engine; one that is not there shows as skipped with the variable's name.
 * @example describeOnStateEngines("identity store", (open) => { it("…", async () => { const state = await open(); }); });
 */
export function describeOnStateEngines(
  title: string,
  define: (open: (clock?: Clock) => Promise<StateDb>, engine: StateTestEngine) => void,
): void {
  for (const engine of stateEngines()) {
    const suite = engine.missing ? describe.skip : describe;
    suite(`${title} on ${engine.name}${engine.missing ? ` (set ${engine.missing})` : ""}`, () => {
      const opened: StateDb[] = [];
      const open = async (clock?: Clock) => {
        const state = await (await engine.create()).open(clock);
        opened.push(state);
        return state;
      };
      afterAll(async () => {
        await Promise.all(opened.map((state) => state.close()));
      });
      define(open, engine);
    });
  }
}

const cleanUps: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const openUrl =
  (url: Secret) =>
  (clock: Clock = systemClock) =>
    openState(url, { logger: silentLogger, clock });

async function createSqliteStore(): Promise<StateStore> {
  const dir = createTempDir();
  cleanUps.push(async () => dir.remove());
  const url = new Secret(`sqlite:${join(dir.path, "state.db")}`);
  return { url, dir: dir.path, open: openUrl(url) };
}

async function createPostgresStore(base: Secret): Promise<StateStore> {
  const schema = `test_${randomBytes(8).toString("hex")}`;
  await runOnPostgres(base, `create schema ${schema}`);
  cleanUps.push(() => runOnPostgres(base, `drop schema ${schema} cascade`));
  const parsed = new URL(base.reveal());
  parsed.searchParams.set("options", `-c search_path=${schema}`);
  const url = new Secret(parsed.href);
  return { url, dir: undefined, open: openUrl(url) };
}

async function runOnPostgres(url: Secret, statement: string): Promise<void> {
  const pool = openPostgresPool(url, {
    applicationName: "dataos-test",
    maxConnections: 1,
    settings: "TEST_POSTGRES_URL",
  });
  try {
    await sql.raw(statement).execute(new Kysely({ dialect: pool.dialect() }));
  } finally {
    await pool.close();
  }
}
