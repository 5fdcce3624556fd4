import type { PostgresClient } from "../../drivers/postgres/index.ts";
import { DataOsError, DeadlineExceededError, UnavailableError } from "../../shared/errors.ts";
import { TerminalError } from "../reconcile/types.ts";
import { type AppliedMigration, type DatabaseMigration, type MigrationStep, planMigrations } from "./migrations.ts";
import { splitStatements } from "./split-statements.ts";

// WHY: these would end the transaction that makes all of it one
const controlWords = /^(?:abort|begin|commit|end|prepare|release|rollback|savepoint|start)\b/i;

/**
 * Does in one transaction what the manifest asks for, and notes it there.
 * @param mark of the generation: what counts (`parameter`) is done once for each
 * @throws {TerminalError} a statement fails; nothing of this generation is kept
 */
export async function runMigrations(
  client: PostgresClient,
  migrations: readonly DatabaseMigration[],
  wanted: { readonly command: "up" | "down"; readonly limit: number | undefined; readonly mark: string },
  signal: AbortSignal,
): Promise<{ readonly done: readonly MigrationStep[]; readonly applied: number }> {
  const execute = (sql: string) => client.execute(sql, { signal });
  await execute("begin");
  await execute("create schema if not exists dataos");
  await execute(
    "create table if not exists dataos.migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())",
  );
  await execute("create table if not exists dataos.generations (mark text primary key)");
  const applied = await client.query<AppliedMigration>("select name, checksum from dataos.migrations order by name");
  const marks = await client.query("select 1 from dataos.generations where mark = $1", [wanted.mark]);
  const isDone = wanted.limit !== undefined && marks.length > 0;
  const steps = isDone ? [] : planMigrations(migrations, applied, wanted.command, wanted.limit);
  for (const step of steps) {
    await runStep(step, execute);
    if (step.direction === "down") await client.query("delete from dataos.migrations where name = $1", [step.name]);
    else
      await client.query("insert into dataos.migrations (name, checksum) values ($1, $2)", [step.name, step.checksum]);
  }
  await client.query("insert into dataos.generations (mark) values ($1) on conflict do nothing", [wanted.mark]);
  try {
    await execute("commit");
  } catch (error) {
    // constraints may be looked at only now
    throw isBroken(error) ? error : failed("the end of the migrations", error);
  }
  const change = wanted.command === "up" ? steps.length : -steps.length;
  return { done: steps, applied: applied.length + change };
}

async function runStep(
  { name, direction, sql }: MigrationStep,
  execute: (sql: string) => Promise<unknown>,
): Promise<void> {
  const title = direction === "up" ? `migration \`${name}\`` : `the way back of migration \`${name}\``;
  for (const [index, { text, line }] of splitStatements(sql).entries()) {
    const place = `${title}, statement ${index + 1} in line ${line}`;
    if (controlWords.test(text))
      throw new TerminalError(
        "MigrationRefused",
        `${place}: \`${text.split(/\W/, 1)[0]}\` is not taken, because all migrations of a generation are one transaction; leave it out`,
      );
    try {
      await execute(text);
    } catch (error) {
      throw isBroken(error) ? error : failed(place, error);
    }
  }
}

/** What time may mend. */
function isBroken(error: unknown): boolean {
  return !(error instanceof Error) || error instanceof UnavailableError || error instanceof DeadlineExceededError;
}

function failed(place: string, error: unknown): TerminalError {
  const why = error instanceof Error ? messageOf(error) : "it failed";
  return new TerminalError("MigrationFailed", `${place}: ${why}; nothing of this generation was kept`);
}

/** What the server said; planned errors of the driver keep it as their cause. */
function messageOf(error: Error): string {
  const { cause } = error;
  const said = error instanceof DataOsError && cause instanceof Error ? cause.message : error.message;
  return said.replaceAll(/[\r\n]+/g, " ").slice(0, 500);
}
