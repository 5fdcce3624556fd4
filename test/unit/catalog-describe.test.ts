import { describe, expect, it } from "vitest";
import { locate, parseEdit } from "../../src/metis/catalog/index.ts";
import { formatUrn } from "../../src/shared/urn.ts";

const at = (...path: string[]) => formatUrn({ kind: "dataset", scope: "d", path });

describe("where a dataset lies", () => {
  it.each([
    [
      "database/schema/table",
      at("db", "public", "t"),
      ["db", "public", "t"],
      ["dataos://d:public/t", "dataos://d:db.public/t"],
    ],
    ["database/table", at("db", "t"), ["db", "db", "t"], ["dataos://d:db/t"]],
    ["SQLite's main/table", at("main", "t"), ["main", "main", "t"], ["dataos://d:main/t"]],
    ["a topic", at("none", "events"), [undefined, undefined, "events"], ["dataos://d:none/events"]],
    [
      "a file in folders",
      at("none", "dir", "f.parquet"),
      [undefined, undefined, "dir/f.parquet"],
      ["dataos://d:none/dir/f.parquet"],
    ],
    [
      "names with separators",
      at("a.b", "c/d", "e:f"),
      ["a.b", "c/d", "e:f"],
      ["dataos://d:c%2Fd/e%3Af", "dataos://d:a%2Eb.c%2Fd/e%3Af"],
    ],
    ["too little to say", at("t"), [undefined, undefined, "t"], []],
  ])("%s", (_, urn, [database, schema, dataset], udls) => {
    expect(locate("dataset", urn)).toEqual({ database, schema, dataset, udls });
  });

  it("is where its columns lie too", () => {
    const urn = formatUrn({ kind: "dataset", scope: "d", path: ["db", "public", "t"], field: ["a.b"] });
    expect(locate("column", urn).udls).toEqual(["dataos://d:public/t#a%2Eb", "dataos://d:db.public/t#a%2Eb"]);
  });

  it("follows from depot, database and schema for those", () => {
    expect(locate("depot", "urn:dataos:depot:d").udls).toEqual(["dataos://d"]);
    expect(locate("database", "urn:dataos:database:d:db")).toEqual({
      ...{ database: "db", schema: undefined, dataset: undefined },
      udls: [],
    });
    expect(locate("schema", "urn:dataos:schema:d:db/s").udls).toEqual(["dataos://d:s", "dataos://d:db.s"]);
    expect(locate("glossary", "urn:dataos:glossary:dataos:g").udls).toEqual([]);
  });
});

describe("a person's edit", () => {
  it("takes description, tags, owners and custom properties, and withdraws with null", () => {
    const edit = parseEdit({
      documentation: { description: "d" },
      tags: { tags: ["PII.Email", "PII.Email", "a:b"], withdrawn: ["raw"] },
      ownership: { owners: ["alice"] },
      custom: null,
    });
    expect(Object.fromEntries(edit)).toEqual({
      documentation: { description: "d" },
      tags: { tags: ["PII.Email", "a:b"], withdrawn: ["raw"] },
      ownership: { owners: ["alice"] },
      custom: null,
    });
  });

  it("reports every fault with its field", () => {
    const faults = (): unknown => {
      try {
        return parseEdit({
          structure: {},
          documentation: { description: 1, text: "" },
          tags: { tags: [" a"] },
          ownership: {},
          custom: [],
        });
      } catch (error) {
        return (error as { problems: readonly { field: string; message: string }[] }).problems.map(
          ({ field, message }) => `${field}: ${message}`,
        );
      }
    };
    expect(faults()).toMatchInlineSnapshot(`
      [
        "structure: \`structure\` cannot be edited; expected one of \`documentation\`, \`tags\`, \`ownership\`, \`custom\`",
        "documentation.text: unknown member \`text\`; expected \`description\`",
        "documentation.description: \`description\` must be a text of at most 100000 characters",
        "tags.tags: \`tags\` must be a list of at most 200 texts of 1 to 256 characters without blanks at their ends",
        "ownership.owners: \`owners\` must be a list of at most 200 texts of 1 to 256 characters without blanks at their ends",
        "custom: \`custom\` must be an object, or null to withdraw what was said",
      ]
    `);
  });
});
