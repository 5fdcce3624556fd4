import { describe, expect, it } from "vitest";
import {
  controlMigrations,
  createResourcePolicySource,
  createStateControlStores,
  describeResource,
} from "../../src/control/index.ts";
import { createLivePolicies } from "../../src/heimdall/authorization/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";
import { openState } from "../../src/state/index.ts";
import { createFreshDatabase } from "../support/fresh-database.ts";

const serverUrl = process.env.TEST_POSTGRES_URL;
const title = "server processes that share a PostgreSQL";

if (serverUrl === undefined) describe.skip(`${title} (set TEST_POSTGRES_URL)`, () => it("follow", () => {}));
else {
  describe(title, () => {
    it("answer by changed policies within a second, without having been told", async () => {
      const database = await createFreshDatabase(serverUrl, "policies_follow");
      const common = { clock: systemClock, logger: silentLogger };
      const ids = createIdSource(systemClock);
      const writer = await openState(new Secret(database.url), common);
      const reader = await openState(new Secret(database.url), common);
      try {
        await writer.migrate(controlMigrations);
        const { resources } = createStateControlStores(writer, { clock: systemClock, ids });
        const own = createStateControlStores(reader, { clock: systemClock, ids });
        const swaps: number[] = [];
        const live = createLivePolicies({
          builtIn: [],
          source: createResourcePolicySource(own.resources, own.grants),
          ...common,
          onSwap: () => swaps.push(performance.now()),
        });
        await live.refresh();
        live.start();
        const ref = { type: "policy", name: "big", workspace: undefined } as const;
        const rules = Array.from({ length: 1_000 }, (_, n) => ({
          resource: `dataos://d${n}`,
          actions: ["read"],
          subjects: [`roles:id:r${n}`],
        }));
        const manifest = { name: "big", version: "v1", type: "policy", policy: { type: "data", rules } };
        const base = { ref, owner: "root", layer: "user", version: "v1", tags: [], uid: "big" };
        const change = {
          ...{
            ...base,
            description: undefined,
            manifest,
            file: "p.yaml",
            positions: new Map(),
            specHash: "1",
            actor: "root",
          },
          ...{ object: describeResource(base), dependencies: [], fromGeneration: undefined },
          event: { type: "Normal", reason: "Created", message: "" },
        } as const;
        const before = swaps.length;
        await resources.commit([change], async () => {});
        const changedAt = performance.now();
        await expect.poll(() => swaps.length, { timeout: 5_000, interval: 10 }).toBeGreaterThan(before);
        live.stop();
        expect(live.current()?.rules).toHaveLength(1_000);
        expect((swaps.at(-1) ?? Number.POSITIVE_INFINITY) - changedAt).toBeLessThan(1_000);
      } finally {
        await reader.close();
        await writer.close();
        await database.stop();
      }
    });
  });
}
