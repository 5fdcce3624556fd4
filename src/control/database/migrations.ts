import { createHash } from "node:crypto";
import type { SpecOf } from "../manifest/index.ts";
import { TerminalError } from "../reconcile/types.ts";

/** A step of a database's tables, as its manifest has it. */
export interface DatabaseMigration {
  readonly name: string;
  /** statements; `undefined`: it can only be taken back */
  readonly up: string | undefined;
  readonly down: string | undefined;
  /** of `up` */
  readonly checksum: string;
}

/** One that was applied. */
export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

/** What is to be done, in order. */
export interface MigrationStep {
  readonly name: string;
  readonly direction: "up" | "down";
  readonly sql: string;
  readonly checksum: string;
}

/** By name; `<name>.up.sql`, `<name>.up` and `<name>` apply, `<name>.down.sql` and `<name>.down` take back. */
export function readMigrations({ migrate }: SpecOf["database"]): readonly DatabaseMigration[] {
  const found = new Map<string, { up?: string; down?: string }>();
  for (const [key, sql] of Object.entries(migrate.includesInline ?? {})) {
    const [, name = key, direction = "up"] = /^(.+?)(?:\.(up|down))?(?:\.sql)?$/.exec(key) ?? [];
    found.set(name, { ...found.get(name), [direction]: sql });
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { up, down }]) => ({ name, up, down, checksum: checksumOf(up ?? "") }));
}

/**
 * What brings a database to what the manifest asks for.
 * @param limit how many at most; `undefined`: all
 * @throws {TerminalError} what was applied is not what the manifest has, or there is no way back
 */
export function planMigrations(
  migrations: readonly DatabaseMigration[],
  applied: readonly AppliedMigration[],
  command: "up" | "down",
  limit: number | undefined,
): readonly MigrationStep[] {
  for (const { name, checksum } of applied) {
    const found = migrations.find((one) => one.name === name);
    if (!found)
      throw new TerminalError(
        "MigrationMissing",
        `migration \`${name}\` is applied and not in the manifest any more; put it back, or take it back first with \`command: down\``,
      );
    if (found.up !== undefined && found.checksum !== checksum)
      throw new TerminalError(
        "ChecksumMismatch",
        `migration \`${name}\` is applied with other statements than the manifest has now; put it back as it was and add a new one`,
      );
  }
  const isApplied = new Set(applied.map(({ name }) => name));
  const wanted =
    command === "up"
      ? migrations.filter(({ name, up }) => up !== undefined && !isApplied.has(name))
      : migrations.filter(({ name }) => isApplied.has(name)).toReversed();
  return wanted.slice(0, limit).map(({ name, up, down, checksum }) => {
    const sql = command === "up" ? up : down;
    if (sql === undefined)
      throw new TerminalError(
        "NoWayBack",
        `migration \`${name}\` has no \`${name}.down\`; add it, or restore a backup`,
      );
    return { name, direction: command, sql, checksum };
  });
}

function checksumOf(sql: string): string {
  return createHash("sha256").update(sql).digest("hex");
}
