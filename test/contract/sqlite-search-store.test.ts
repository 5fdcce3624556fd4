import { join } from "node:path";
import { describe } from "vitest";
import { createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { searchStoreContract } from "./search-store.contract.ts";

describe("search store on SQLite", () => {
  searchStoreContract({
    async create() {
      const dir = createTempDir();
      const path = join(dir.path, "search.db");
      return {
        open: () => createSqliteSearchStore({ path }, { logger: silentLogger, clock: systemClock }),
        remove: async () => dir.remove(),
      };
    },
    openDown: undefined,
  });
});
