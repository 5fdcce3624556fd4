import { join } from "node:path";
import { describe } from "vitest";
import { createSqliteLineageStore } from "../../src/metis/adapters/sqlite/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { lineageStoreContract } from "./lineage-store.contract.ts";

describe("lineage store on SQLite", () => {
  lineageStoreContract({
    async create() {
      const dir = createTempDir();
      const path = join(dir.path, "lineage.db");
      return {
        open: (clock = systemClock) => createSqliteLineageStore({ path }, { logger: silentLogger, clock }),
        remove: async () => dir.remove(),
      };
    },
    openDown: undefined,
  });
});
