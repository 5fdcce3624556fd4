import { afterEach, describe, expect, it } from "vitest";
import { createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import type { SearchDocument } from "../../src/metis/ports.ts";
import { parseSynonyms } from "../../src/metis/search/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { allObjects, type ObjectFilter } from "../../src/shared/object-filter.ts";
import { toReciprocalRank } from "../support/judged-tables.ts";
import { readGlossary, readKnownItems } from "../support/known-items.ts";
import { createPlainFts5 } from "../support/plain-fts5.ts";
import { tableDocument } from "../support/search-documents.ts";

const folder = new URL("../fixtures/known-items/", import.meta.url);
const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

async function storeOf(documents: readonly SearchDocument[]) {
  const store = createSqliteSearchStore({ path: ":memory:" }, { logger: silentLogger, clock: systemClock });
  closes.push(() => store.close());
  await store.apply({ upserts: documents, deletes: [], appliedSeq: 1 });
  return async (text: string, synonyms: readonly (readonly string[])[] = [], visible: ObjectFilter = allObjects) =>
    (await store.search({ text, first: 10, after: undefined, synonyms }, visible)).hits.map(({ urn }) => urn);
}
const urnsOf = (...names: string[]) => names.map((name) => tableDocument(name).urn);

describe("synonyms of a glossary", () => {
  const synonyms = [
    ["customer", "client", "buyer"],
    ["credit card", "payment card"],
    ["sales reason", "motive"],
  ];

  it("find what things are called otherwise, in any of a group's words and whatever their endings", async () => {
    const find = await storeOf([tableDocument("customer"), tableDocument("credit_card"), tableDocument("film")]);
    expect(await find("clients")).toEqual([]);
    expect(await find("clients", synonyms)).toEqual(urnsOf("customer"));
    expect(await find("the buyers of films", synonyms)).toEqual(urnsOf("film", "customer"));
    expect(await find("payment card", synonyms)).toEqual(urnsOf("credit_card"));
  });

  it("stand behind what is called as was typed", async () => {
    const find = await storeOf([tableDocument("customer"), tableDocument("client_list")]);
    expect(await find("client", synonyms)).toEqual(urnsOf("client_list", "customer"));
    expect(await find("customer", synonyms)).toEqual(urnsOf("customer", "client_list"));
  });

  it("of several words are worth most together", async () => {
    const names = ["sales", "sales_reason", "reason", "sales_territory"];
    const find = await storeOf(names.map((name) => tableDocument(name)));
    expect((await find("motives", synonyms))[0]).toBe(urnsOf("sales_reason")[0]);
  });

  it("that only hidden tables have change nothing", async () => {
    const open: ObjectFilter = { op: "path", glob: "open" };
    const hidden = tableDocument("customer");
    const shown = tableDocument("clint", { object: { paths: ["open"], tags: [], attributes: {} } });
    const find = await storeOf([hidden, shown]);
    expect(await find("client", synonyms, open)).toEqual(urnsOf("clint"));
    expect(await find("client", synonyms)).toEqual(urnsOf("customer"));
  });

  it("find the tables of a documented schema by their comments, which are hidden: MRR of at least 0.35, plain search less", async () => {
    const { documents, queries } = readKnownItems(new URL("bicycle-maker.tsv", folder));
    const glossary = readGlossary(new URL("bicycle-maker-glossary.csv", folder));
    expect(glossary.flat().length - glossary.length).toBeLessThanOrEqual(100);
    const find = await storeOf(documents);
    const plain = createPlainFts5(documents, true);
    closes.push(async () => plain.close());
    const mean = { ours: 0, bare: 0, plain: 0 };
    for (const { text, grades } of queries) {
      mean.ours += toReciprocalRank(await find(text, glossary), grades) / queries.length;
      mean.bare += toReciprocalRank(await find(text), grades) / queries.length;
      mean.plain += toReciprocalRank(plain.search(text, 10), grades) / queries.length;
    }
    console.info(`known items, MRR: ${JSON.stringify(mean)}`);
    expect(mean.ours).toBeGreaterThanOrEqual(0.6);
    expect(mean.ours).toBeGreaterThan(2 * mean.bare);
    expect(mean.ours).toBeGreaterThan(2 * mean.plain);
  });
});

describe("parseSynonyms", () => {
  it("reads terms and synonyms, skipping empty lines and comments", () => {
    expect(parseSynonyms("g.csv", "# ours\nterm,synonyms\r\ncustomer, client ;buyer\n\nVAT,sales tax\n")).toEqual([
      ["customer", "client", "buyer"],
      ["VAT", "sales tax"],
    ]);
    expect(parseSynonyms("g.csv", "")).toEqual([]);
  });

  it.each([
    ["customer,client", "g.csv:1:1: the first line names the fields; expected `term,synonyms`"],
    ["term,synonyms\ncustomer", "g.csv:2:1: expected a term, a comma, and synonyms with `;` between them"],
    ["term,synonyms\n\ncustomer,a;;b", "g.csv:3:1: expected a term, a comma, and synonyms with `;` between them"],
    [`term,synonyms\nx,${"y".repeat(201)}`, "g.csv:2:1: a term or synonym has at most 200 characters"],
  ])("refuses %j", (text, message) => {
    expect(() => parseSynonyms("g.csv", text)).toThrow(message);
  });
});
