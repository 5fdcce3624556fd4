import { acquireFileLock, openSqlite } from "../drivers/sqlite/index.ts";
import { BadInputError } from "../shared/errors.ts";
import { Secret } from "../shared/secret.ts";
import { createStateDb } from "./create-state-db.ts";
import type { StateDb } from "./state-db.ts";
import type { StateEngine, StateOptions } from "./state-engine.ts";

/**
 * Opens the state store and checks that it answers.
 * @param url `sqlite:<path>` (created when absent; one process at a time), `sqlite::memory:`, or `postgresql://…`
 * @throws {BadInputError} the URL has another form, or the server refuses user, password or database
 * @throws {UnavailableError} it does not answer, is damaged, or another process uses the file
 */
export async function openState(url: Secret | string, options: StateOptions): Promise<StateDb> {
  const secret = typeof url === "string" ? new Secret(url) : url;
  const scheme = /^([a-z]+):/.exec(secret.reveal())?.[1];
  switch (scheme) {
    case "sqlite":
      return createStateDb(openSqliteEngine(secret.reveal().slice("sqlite:".length)), options);
    case "postgres":
    case "postgresql":
      return createStateDb(await openPostgresEngine(secret, options), options);
    default:
      throw new BadInputError(
        "the state store must be `sqlite:<path>` or `postgresql://user:password@host:5432/database`; set DATAOS_STATE_URL",
      );
  }
}

function openSqliteEngine(rest: string): StateEngine {
  const path = rest.replace(/^\/\/(?=\/)/, "");
  if (path === "")
    throw new BadInputError("`sqlite:` needs a path, e.g. `sqlite:.data/state.db`; set DATAOS_STATE_URL");
  const lock = path === ":memory:" ? undefined : acquireFileLock(`${path}.lock`, `the state store \`${path}\``);
  try {
    const db = openSqlite(path);
    return {
      dialect: db.dialect(),
      capabilities: { multiProcess: false, rowLocks: false, maxParameters: 32_766, binaryCollation: "BINARY" },
      file: path === ":memory:" ? undefined : path,
      isolation: undefined,
      lockMigrations: async () => {},
      mayRetry: () => false,
      async close() {
        db.close();
        lock?.release();
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function openPostgresEngine(url: Secret, options: StateOptions): Promise<StateEngine> {
  // WHY: loaded only where it is used; the embedded default starts without it
  const { openPostgresEngine: open } = await import("./postgres-engine.ts");
  return open(url, options);
}
