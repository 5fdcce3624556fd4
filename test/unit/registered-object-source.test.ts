import { afterEach, beforeEach, expect, it } from "vitest";
import { createStateObjectDirectory, objectMigrations } from "../../src/heimdall/adapters/state/index.ts";
import { createRegisteredObjectSource } from "../../src/heimdall/objects/index.ts";
import type { ObjectDirectory } from "../../src/heimdall/ports.ts";
import { systemClock } from "../../src/shared/clock.ts";
import type { DecisionObject } from "../../src/shared/decision.ts";
import type { StateDb } from "../../src/state/index.ts";
import { stateEngines } from "../support/state.ts";

let state: StateDb;
let directory: ObjectDirectory;
beforeEach(async () => {
  state = await (await stateEngines()[0]!.create()).open();
  await state.migrate(objectMigrations);
  directory = createStateObjectDirectory(state, { clock: systemClock });
  await directory.putType({ name: "todo", description: undefined, owner: "svc" });
  await directory.put([{ type: "todo", id: "1", tags: ["open"], attributes: { ownerID: "ann", n: 1 } }]);
});
afterEach(() => state.close());

const asked: readonly DecisionObject[] = [
  { paths: ["todo:1"], tags: [], attributes: {} },
  { paths: ["todo:1"], tags: ["said"], attributes: { n: 2 } },
  { paths: ["urn:dataos:object:todo:1"], tags: [], attributes: {} },
  { paths: ["todo:2"], tags: ["said"], attributes: { n: 2 } },
  { paths: ["todo:2", "todo:1"], tags: [], attributes: {} },
  { paths: ["urn:dataos:depot:lake"], tags: [], attributes: {} },
  { paths: ["todo:1", "urn:dataos:depot:lake"], tags: [], attributes: {} },
];

it("recalls what it described lately, and says then what describing says", async () => {
  const source = createRegisteredObjectSource(directory);
  expect(source.recall?.(asked[0]!)).toBeUndefined();
  for (const object of asked) {
    const described = await source.describe(object);
    expect(source.recall?.(object)).toEqual(described);
  }
  expect(source.recall?.(asked[1]!)).toMatchObject({
    tags: expect.arrayContaining(["said", "open", "dataos:type:todo"]),
    attributes: { ownerID: "ann", n: 2 },
  });
  await directory.put([{ type: "todo", id: "1", tags: [], attributes: {} }]);
  expect(source.recall?.(asked[0]!)).toBeUndefined();
  expect((await source.describe(asked[0]!)).attributes).toEqual({});
});

it("recalls without a word to the store what names nothing that could be registered", () => {
  expect(createRegisteredObjectSource(directory).recall?.(asked[5]!)).toBe(asked[5]);
});
