import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";
import { openState } from "../../src/state/index.ts";
import type { StateStore } from "./state.ts";

/** An empty SQLite store that is gone when it is closed. */
export async function createMemoryStore(): Promise<StateStore> {
  const url = new Secret("sqlite::memory:");
  return { url, dir: undefined, open: (clock = systemClock) => openState(url, { logger: silentLogger, clock }) };
}
