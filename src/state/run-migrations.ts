import { sql, type Transaction } from "kysely";
import { type Clock, toTimestamp } from "../shared/clock.ts";
import { UnavailableError } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import type { Migration, StateCapabilities, StateDb } from "./state-db.ts";

interface MigrationTables {
  state_migrations: { name: string; position: number; applied_at: string };
}

interface MigrationContext {
  readonly transaction: StateDb["transaction"];
  readonly capabilities: StateCapabilities;
  readonly lock: (tx: Transaction<unknown>) => Promise<void>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Runs what is missing, each step in a transaction of its own, so that a killed process goes on where it stopped.
 * Steps already applied must be, area by area, the first ones of `migrations`.
 * @throws {UnavailableError} the store was written by a newer version; nothing is changed
 */
export async function runMigrations(
  migrations: readonly Migration[],
  { transaction, capabilities, lock, logger, clock }: MigrationContext,
): Promise<void> {
  assertWellNamed(migrations);
  await transaction<MigrationTables, void>(async (tx) => {
    await lock(tx as Transaction<unknown>);
    await sql`create table if not exists state_migrations (
      name varchar(200) primary key, position integer not null, applied_at varchar(24) not null)`.execute(tx);
    assertKnown(await readApplied(tx), migrations);
  });
  for (const migration of migrations) {
    const done = await transaction<MigrationTables, boolean>(async (tx) => {
      await lock(tx as Transaction<unknown>);
      // INVARIANT: read under the lock, so a step that another process ran meanwhile is not run again
      const applied = await readApplied(tx);
      if (applied.includes(migration.name)) return false;
      assertKnown(applied, migrations);
      await migration.up(tx as Transaction<unknown>, capabilities);
      await tx
        .insertInto("state_migrations")
        .values({ name: migration.name, position: applied.length + 1, applied_at: toTimestamp(clock.now()) })
        .execute();
      return true;
    });
    if (done) logger.info({ migration: migration.name }, "state store migrated");
  }
}

async function readApplied(tx: Transaction<MigrationTables>): Promise<string[]> {
  const rows = await tx.selectFrom("state_migrations").select("name").orderBy("position").execute();
  return rows.map((row) => row.name);
}

function assertKnown(applied: readonly string[], migrations: readonly Migration[]): void {
  for (const area of new Set(migrations.map(areaOf))) {
    const known = migrations.filter((migration) => areaOf(migration) === area).map((migration) => migration.name);
    const stored = applied.filter((name) => areaOf({ name }) === area);
    const stranger = stored.find((name, index) => name !== known[index]);
    if (stranger !== undefined) {
      throw new UnavailableError(
        `the state store holds \`${stranger}\`, which this version does not know at that place; start the version that wrote it or a newer one, or restore a backup made before`,
      );
    }
  }
}

function assertWellNamed(migrations: readonly Migration[]): void {
  const seen = new Set<string>();
  for (const { name } of migrations) {
    if (!/^[a-z]+-\d{3}-[a-z0-9-]+$/.test(name))
      throw new TypeError(`migration \`${name}\` is not named <area>-<nnn>-<what>`);
    if (seen.has(name)) throw new TypeError(`migration \`${name}\` is listed twice`);
    seen.add(name);
  }
}

function areaOf({ name }: { readonly name: string }): string {
  return name.slice(0, name.indexOf("-"));
}
