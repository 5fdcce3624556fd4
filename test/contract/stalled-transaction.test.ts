// Seen with three servers of which one was stopped within a transaction: its locks kept the others from taking over, for ever.
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";
import { openState, type StateDb } from "../../src/state/index.ts";
import { createFreshDatabase, type FreshDatabase } from "../support/fresh-database.ts";

const postgresUrl = process.env.TEST_POSTGRES_URL;

if (!postgresUrl) describe.skip("a transaction that stands still on PostgreSQL (set TEST_POSTGRES_URL)", () => {});
else stalledTransaction(postgresUrl);

function stalledTransaction(serverUrl: string): void {
  describe("a transaction that stands still on PostgreSQL", () => {
    let database: FreshDatabase;
    const states: StateDb[] = [];
    beforeAll(async () => {
      database = await createFreshDatabase(serverUrl, "stalled");
      await database.exec(
        "create table places (name text primary key, holder text); insert into places values ('a', '')",
      );
      for (const _ of [1, 2])
        states.push(await openState(new Secret(database.url), { logger: silentLogger, clock: systemClock }));
    });
    afterAll(async () => {
      for (const state of states) await state.close();
      await database?.stop();
    });

    it("lets go of its locks within seconds, fails when it goes on, and takes nothing else with it", async () => {
      const [stalled, other] = states as [StateDb, StateDb];
      let begun = (): void => {};
      const hasBegun = new Promise<void>((resolve) => {
        begun = resolve;
      });
      let goOn = (): void => {};
      const waits = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const first = stalled.transaction(async (tx) => {
        await sql`update places set holder = 'stalled'`.execute(tx);
        begun();
        await waits;
        await sql`update places set holder = 'late'`.execute(tx);
      });
      const ended = expect(first).rejects.toThrow("was lost");
      await hasBegun;
      await other.transaction((tx) => sql`update places set holder = 'other'`.execute(tx));
      goOn();
      await ended;
      expect((await sql<{ holder: string }>`select holder from places`.execute(stalled.kysely())).rows).toEqual([
        { holder: "other" },
      ]);
    }, 60_000);
  });
}
