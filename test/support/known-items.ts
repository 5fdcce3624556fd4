import { readFileSync } from "node:fs";
import { parseSynonyms } from "../../src/metis/search/index.ts";
import { formatUrn } from "../../src/shared/urn.ts";
import type { JudgedTables } from "./judged-tables.ts";
import { columnOf, tableDocument } from "./search-documents.ts";

/**
 * Tables without their comments, and each comment as the question for its table.
 * @param path lines of `schema <tab> table <tab> columns, by space <tab> comment`; those that begin with `#` are skipped
 */
export function readKnownItems(path: string | URL): JudgedTables {
  const items = readFileSync(path, "utf8")
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split("\t"));
  const documents = items.map(([schemaName = "", name = "", columns = ""], at) =>
    tableDocument(name, {
      urn: formatUrn({ kind: "dataset", scope: "known", path: [schemaName, name] }),
      qualifiedName: `known.${schemaName}.${name}`,
      depot: "known",
      schemaName,
      columns: columns.split(" ").map((column) => columnOf(column)),
      seq: at + 1,
    }),
  );
  const queries = items.map(([, , , text = ""], at) => ({ text, grades: new Map([[documents[at]?.urn ?? "", 1]]) }));
  return { documents, queries };
}

/** The synonyms of a file as the server reads it. */
export function readGlossary(path: string | URL): readonly (readonly string[])[] {
  return parseSynonyms("glossary", readFileSync(path, "utf8"));
}
