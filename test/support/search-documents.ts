import fc from "fast-check";
import type { SearchDocument } from "../../src/metis/ports.ts";
import { formatUrn } from "../../src/shared/urn.ts";

type Column = SearchDocument["columns"][number];

/** A column that everybody may see who is refused nothing in particular. */
export function columnOf(name: string, more: Partial<Column> = {}): Column {
  return { name, description: "", tags: [], object: { paths: [], tags: [], attributes: {} }, ...more };
}

/** A table `lake.s.<name>`; `columns` as names or as they are. */
export function tableDocument(
  name: string,
  more: Partial<Omit<SearchDocument, "columns">> & { readonly columns?: readonly (string | Column)[] } = {},
): SearchDocument {
  const { columns = [], ...rest } = more;
  const urn = more.urn ?? formatUrn({ kind: "dataset", scope: "lake", path: ["s", name] });
  return {
    urn,
    id: urn,
    kind: "dataset",
    name,
    qualifiedName: `lake.s.${name}`,
    description: "",
    depot: "lake",
    datasetType: "table",
    schemaName: "s",
    tags: [],
    owners: [],
    columns: columns.map((column) => (typeof column === "string" ? columnOf(column) : column)),
    state: "active",
    seq: 1,
    object: { paths: [urn], tags: [], attributes: {} },
    ...rest,
  };
}

/** Words of which some are misspellings, parts or plurals of others. */
export const searchWords = [
  "film",
  "films",
  "flim",
  "filmm",
  "fil",
  "actor",
  "actors",
  "acter",
  "customer",
  "customers",
  "custmer",
  "inventory",
  "inventry",
  "order",
  "list",
  "the",
  "straße",
  "datos",
  "日本",
];

const names = fc
  .tuple(fc.array(fc.constantFrom(...searchWords), { minLength: 1, maxLength: 3 }), fc.constantFrom("_", "", " ", "-"))
  .map(([words, joiner]) => words.map((word, at) => (joiner === "" && at > 0 ? capitalize(word) : word)).join(joiner));

/** Up to 12 tables with names, columns, tags and owners from a small vocabulary, so that they share and nearly share words. */
export const searchDocuments: fc.Arbitrary<SearchDocument[]> = fc
  .array(
    fc.record({
      name: names,
      columns: fc.array(
        fc
          .record({
            name: names,
            description: fc.constantFrom("", ...searchWords),
            tags: fc.subarray(["PII", "gold", "PII.Name"]),
          })
          .map(({ name, ...more }) => columnOf(name, more)),
        { maxLength: 4 },
      ),
      description: fc.array(fc.constantFrom(...searchWords), { maxLength: 5 }).map((words) => words.join(" ")),
      tags: fc.subarray(["PII", "gold", "PII.Email"]),
      owners: fc.subarray(["alice", "bob"]),
      datasetType: fc.constantFrom("table", "view"),
      schemaName: fc.constantFrom("s", "film", "other"),
    }),
    { maxLength: 12 },
  )
  .map((records) =>
    records.map(({ name, ...more }, at) =>
      tableDocument(name, {
        ...more,
        urn: formatUrn({ kind: "dataset", scope: "lake", path: [more.schemaName, `${name}${at}`] }),
        qualifiedName: `lake.${more.schemaName}.${name}`,
      }),
    ),
  );

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
