import { describe, expect, it } from "vitest";
import { createStateShadowStore, shadowMigrations } from "../../src/heimdall/adapters/state/index.ts";
import { createLivePolicies } from "../../src/heimdall/authorization/index.ts";
import { parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import { createShadow } from "../../src/heimdall/safety/shadow.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import type { StateDb } from "../../src/state/index.ts";
import { createManualClock } from "../support/clock.ts";
import { createSeededIds } from "../support/ids.ts";

const policy = (name: string, allow: boolean, user = "users:id:**") =>
  JSON.stringify({
    name,
    version: "v1",
    type: "policy",
    policy: { access: { subjects: { tags: [user] }, predicates: ["read"], objects: { paths: ["/**"] }, allow } },
  });

/** What a candidate in shadow does over several server processes on one store. @param open gives the store, and again what another process opens */
export function shadowContract(
  name: string,
  open: () => Promise<{ readonly states: readonly StateDb[]; close(): Promise<void> }>,
): void {
  describe(`a candidate in shadow on ${name}`, () => {
    it("answers beside the live policies of every process, counts over all, and survives them", async () => {
      const { states, close } = await open();
      try {
        const clock = createManualClock();
        let started = 0;
        const createProcess = async (state: StateDb) => {
          await state.migrate(shadowMigrations);
          const policies = createLivePolicies({
            builtIn: parsePolicyYaml(policy("open", true), "open.yaml").documents,
            source: { version: async () => "1", load: async () => [] },
            clock,
            logger: silentLogger,
          });
          await policies.refresh();
          const ids = createSeededIds(`process-${started++}`);
          const store = createStateShadowStore(state, { clock });
          const shadow = createShadow({ policies, store, clock, ids, logger: silentLogger });
          const ask = (id: string) =>
            policies.current()?.decide({
              subject: { id, type: "person", tags: [`users:id:${id}`], attributes: { secret: "canary" } },
              predicate: "read",
              object: { paths: ["/x"], tags: [], attributes: {} },
              context: { time: clock.now() },
            }).effect;
          return { shadow, ask, policies };
        };
        const [first = states[0], second = first] = states;
        if (!first || !second) throw new TypeError("a store is needed");
        const one = await createProcess(first);
        const two = await createProcess(second);
        const untouched = two.policies.current();
        two.shadow.follow();

        const begun = await one.shadow.start(
          [{ file: "new.yaml", text: policy("shut", false, "users:id:ann") }],
          "root",
        );
        expect(begun).toMatchObject({ documents: ["policy shut"], startedBy: "root", compared: 0, processes: 0 });
        await expect(two.shadow.start([], "eve")).rejects.toThrow("a candidate of `root` runs in shadow already");
        await two.shadow.status();
        expect([one.ask("ann"), one.ask("bob"), two.ask("ann"), two.ask("ann")]).toEqual([
          "allow",
          "allow",
          "allow",
          "allow",
        ]);
        await two.shadow.status();
        const status = await one.shadow.status();
        expect(status).toMatchObject({ processes: 2, compared: 4, disagreed: 3, failed: 0, problem: undefined });
        expect(status?.groups).toMatchObject([
          {
            count: 3,
            before: { effect: "allow" },
            after: { effect: "deny", because: [{ id: "shut/0" }] },
            subjects: { sample: ["ann"] },
          },
        ]);
        expect(JSON.stringify(status)).not.toContain("canary");

        // a process that ends tells what it has; one that starts goes on
        one.ask("ann");
        await one.shadow.close();
        const three = await createProcess(first);
        expect(await three.shadow.status()).toMatchObject({ compared: 5, disagreed: 4, startedAt: begun.startedAt });
        for (let n = 0; n < 1_300; n++) {
          three.ask("ann");
          if (n % 150 === 0) await three.shadow.status();
        }
        const many = await three.shadow.status();
        expect(many).toMatchObject({ disagreed: 1_304 });
        expect(many?.groups[0]?.count).toBe(1_000);

        expect(await three.shadow.stop()).toMatchObject({ disagreed: 1_304 });
        expect(await two.shadow.status()).toBeUndefined();
        // nobody watches any more, so nothing is between the question and the policies
        expect(two.policies.current()).toBe(untouched);
        await two.shadow.close();
        await three.shadow.close();
      } finally {
        await close();
      }
    });
  });
}
