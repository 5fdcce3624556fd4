import fc from "fast-check";
import { expect, it } from "vitest";
import { createStateObjectDirectory, objectMigrations } from "../../src/heimdall/adapters/state/index.ts";
import { createRegisteredObjectSource } from "../../src/heimdall/objects/index.ts";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { PolicyDocument, RegisteredObject } from "../../src/heimdall/ports.ts";
import { createDirectoryLister, type SearchWorld, searchResources } from "../../src/heimdall/questions/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import type { Subject } from "../../src/shared/decision.ts";
import { createManualClock } from "../support/clock.ts";
import { describeOnStateEngines } from "../support/state.ts";

const types = ["todo", "note"] as const;
const runs = 150;

const objects: fc.Arbitrary<RegisteredObject[]> = fc.uniqueArray(
  fc.record({
    type: fc.constantFrom(...types),
    id: fc.constantFrom("1", "2", "a/b", "a:b", "é", "𝔘", "todo:1", "x y"),
    tags: fc.subarray(["open", "open:late", "red", "PII.Email"]),
    attributes: fc.record(
      {
        ownerID: fc.constantFrom("ann", "bob", 7, ["ann"]),
        level: fc.constantFrom(1, 2, 2.5, "2", true),
        team: fc.record({ name: fc.constantFrom("ann", "x") }),
      },
      { requiredKeys: [] },
    ),
  }),
  { selector: ({ type, id }) => JSON.stringify([type, id]), maxLength: 12 },
);
const rule = fc.record(
  {
    predicates: fc.constantFrom(["read"], ["**"], ["write"]),
    allow: fc.constantFrom(true, true, false),
    objects: fc.record(
      {
        paths: fc.subarray(
          ["todo:*", "todo:**", "note:1", "urn:dataos:object:todo:*", "urn:dataos:object:{todo,note}:a%2Fb"],
          {
            minLength: 1,
          },
        ),
        tags: fc.subarray(["dataos:type:todo", "dataos:type:*", "open", "open:*", "**"], { minLength: 1 }),
      },
      { requiredKeys: [] },
    ),
    conditions: fc.subarray(
      [
        "object.ownerID == subject.id",
        "object.level >= 2",
        "!(object.level == 2)",
        "has(object.team) && object.team.name == subject.id",
        "'red' in object.tags || object.ownerID == 'bob'",
        "object.ownerID.startsWith('a')",
        "!has(object.ownerID)",
      ],
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ["predicates", "allow"] },
);
const policies: fc.Arbitrary<PolicyDocument[]> = fc.array(rule, { minLength: 1, maxLength: 5 }).map((rules) =>
  rules.map(({ objects: about = {}, ...access }, index) => ({
    kind: "policy",
    name: `p${index}`,
    file: "p.yaml",
    spec: {
      access: {
        ...access,
        subjects: { tags: ["users:id:**"] },
        objects: Object.keys(about).length > 0 ? about : { tags: ["**"] },
      },
    },
    positions: new Map(),
  })),
);
const ann: Subject = { id: "ann", type: "person", tags: ["users:id:ann"], attributes: {} };

describeOnStateEngines("searches through registered objects", (open) => {
  it("find by pages exactly those on which a check that names each says yes", async () => {
    const state = await open();
    await state.migrate(objectMigrations);
    const directory = createStateObjectDirectory(state, { clock: systemClock });
    for (const name of types) await directory.putType({ name, description: undefined, owner: "svc" });
    const source = createRegisteredObjectSource(directory);
    let allowed = 0;
    let denied = 0;
    await fc.assert(
      fc.asyncProperty(
        policies,
        objects,
        fc.constantFrom("todo", "note", undefined),
        fc.integer({ min: 1, max: 4 }),
        async (documents, registered, type, first) => {
          await directory.put(registered);
          const { policies: compiled, problems } = compilePolicies(documents);
          expect(problems).toEqual([]);
          const world: SearchWorld = {
            policies: () => compiled,
            subjects: async () => [ann],
            objects: source,
            listers: [createDirectoryLister(directory, source)],
            clock: createManualClock(),
          };
          const question = { subject: ann, predicate: "read", ...(type !== undefined && { type }) };
          const found: (string | undefined)[] = [];
          for (let after: string | undefined; ; ) {
            const page = await searchResources(world, question, { first, after });
            expect(page.items.length).toBeLessThanOrEqual(first);
            found.push(...page.items.map(({ node }) => node.object.paths[0]));
            after = page.next;
            if (after === undefined) break;
          }
          const expected: string[] = [];
          for (const one of registered) {
            if (type !== undefined && one.type !== type) continue;
            const name = `${one.type}:${one.id}`;
            // as an AuthZEN evaluation names it
            const asked = {
              id: one.id,
              type: one.type,
              paths: [name],
              tags: [`dataos:type:${one.type}`],
              attributes: {},
            };
            const object = await source.describe(asked);
            const context = { time: world.clock.now() };
            const { effect } = compiled.decide({ subject: ann, predicate: "read", object, context });
            if (effect === "allow") expected.push(name);
            if (effect === "allow") allowed++;
            else denied++;
          }
          expect(found.sort()).toEqual(expected.sort());
          await directory.delete(registered);
        },
      ),
      { numRuns: runs },
    );
    // neither answer is rare, so that agreeing means something
    expect(Math.min(allowed, denied)).toBeGreaterThan(runs / 2);
  });
});
