import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatUdl, parseUdl, type UdlParts } from "../../src/shared/udl.ts";

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed());
const place = fc.record(
  {
    depot: name,
    database: name,
    collection: name,
    dataset: fc.array(name, { minLength: 1, maxLength: 3 }),
    acl: fc.constantFrom("r", "rw"),
    field: fc.array(name, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ["depot"] },
);

/** Only forms that the grammar has: no dataset without a collection, no database without one either. */
function toParts({
  database,
  dataset,
  collection,
  ...rest
}: typeof place extends fc.Arbitrary<infer T> ? T : never): UdlParts {
  if (collection === undefined) return rest as UdlParts;
  return {
    ...rest,
    collection,
    ...(database === undefined ? {} : { database }),
    ...(dataset === undefined ? {} : { dataset }),
  } as UdlParts;
}

const nfc = (value: unknown): unknown => JSON.parse(JSON.stringify(value).normalize("NFC"));

describe("UDL addresses", () => {
  it("read back what was written, whatever the names are", () => {
    fc.assert(
      fc.property(place.map(toParts), (parts) => {
        const text = formatUdl(parts);
        expect(nfc(parseUdl(text))).toEqual(nfc(parts));
        expect(formatUdl(parseUdl(text))).toBe(text);
      }),
    );
  });

  it.each([
    ["dataos://sales", { depot: "sales" }],
    ["dataos://sales:public", { depot: "sales", collection: "public" }],
    ["dataos://sales:public/orders?acl=rw", { depot: "sales", collection: "public", dataset: ["orders"], acl: "rw" }],
    [
      "dataos://sales:shop.public/orders",
      { depot: "sales", database: "shop", collection: "public", dataset: ["orders"] },
    ],
    ["dataos://lake:none/dir/file.parquet", { depot: "lake", collection: "none", dataset: ["dir", "file.parquet"] }],
    [
      "dataos://sales:public/orders#a%2Eb",
      { depot: "sales", collection: "public", dataset: ["orders"], field: ["a.b"] },
    ],
  ])("%s names its parts", (text, parts) => {
    expect(parseUdl(text)).toEqual(parts);
    expect(formatUdl(parts as UdlParts)).toBe(text);
  });

  it("say what is wrong with them", () => {
    const messageOf = (text: string): string => {
      try {
        parseUdl(text);
        return "none";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(
      [
        "dataos:/x",
        "dataos://sales:public/",
        "dataos://sales:a//b",
        "dataos://s:a.b.c/t",
        "dataos://s:a/t?acl=w",
        "dataos://s:a/%zz",
      ].map(messageOf),
    ).toMatchInlineSnapshot(`
      [
        "\`dataos:/x\` is not a UDL address; expected \`dataos://<depot>[:<collection>[/<dataset>]][?acl=r|rw]\`",
        "\`dataos://sales:public/\` is not a UDL address; expected \`dataos://<depot>[:<collection>[/<dataset>]][?acl=r|rw]\`",
        "\`dataos://sales:a//b\` has an empty segment; remove the doubled or trailing separator",
        "\`dataos://s:a.b.c/t\` has the collection \`a.b.c\`; expected \`schema\` or \`database.schema\`, with a \`.\` inside a name written as \`%2E\`",
        "\`dataos://s:a/t?acl=w\` has acl \`w\`; expected \`r\` or \`rw\`",
        "\`dataos://s:a/%zz\` has a wrong escape in \`%zz\`; write \`%\` as \`%25\`",
      ]
    `);
  });
});
