import type { EntityAssertion, SearchDocument } from "../../src/metis/ports.ts";
import { formatUrn, type Urn } from "../../src/shared/urn.ts";
import { columnOf, tableDocument } from "./search-documents.ts";

const things =
  "customer order item price email city status note created amount invoice payment supplier product shipment region store employee account campaign ticket session event device contract budget forecast claim policy vehicle route sensor reading batch recipe patient visit doctor lab sample course student grade room booking guest flight crew".split(
    " ",
  );
const roles = "header line history daily monthly raw clean archive summary lookup".split(" ");
const facts = "id code name type date time total count rate flag".split(" ");
const depots = 10;
const tablesPerSchema = 500;

/** The words of a generated catalog that many tables have. */
export const generatedWords = things;

interface GeneratedTable {
  readonly name: string;
  readonly depot: string;
  readonly schema: string;
  readonly description: string;
  readonly columns: readonly string[];
}

/** Table `at` of a catalog: names of two or three words and a number, as in big warehouses; the same for the same number. */
function generateTable(at: number, columns: number): GeneratedTable {
  const word = (salt: number) => things[(at * 7_919 + salt * 104_729) % things.length] ?? "";
  const role = roles[(at * 31) % roles.length] ?? "";
  return {
    name: `${word(1)}_${word(2)}_${role}_${at}`,
    depot: `depot${at % depots}`,
    schema: `schema_${Math.floor(at / tablesPerSchema)}`,
    description: at % 3 === 0 ? `The ${role} of each ${word(1)} by ${word(3)}, loaded every night` : "",
    columns: Array.from({ length: columns }, (_, i) => {
      const own = i < 3 ? word(i + 1) : (things[(at + i * i * 17) % things.length] ?? "");
      return `${own}_${facts[(at + i) % facts.length]}${i < facts.length ? "" : `_${i}`}`;
    }),
  };
}

/** Documents of tables `from` to `to` (excluded) for a search store. */
export function generateDocuments(from: number, to: number, columns: number): SearchDocument[] {
  return Array.from({ length: to - from }, (_, offset) => {
    const at = from + offset;
    const table = generateTable(at, columns);
    const urn = formatUrn({ kind: "dataset", scope: table.depot, path: ["shop", table.schema, table.name] });
    const facts = (path: string) => ({ paths: [path], tags: at % 10 === 0 ? ["PII"] : [], attributes: {} });
    return {
      ...tableDocument(table.name, {
        urn,
        qualifiedName: `${table.depot}.shop.${table.schema}.${table.name}`,
        depot: table.depot,
        schemaName: table.schema,
        description: table.description,
        datasetType: at % 5 === 0 ? "view" : "table",
        tags: at % 10 === 0 ? ["PII"] : [],
        owners: [`user${at % 100}`],
        seq: at + 1,
        object: facts(urn),
      }),
      columns: table.columns.map((name) => columnOf(name, { object: facts(`${urn}#${name}`) })),
    };
  });
}

/** What a scan of one depot says: its database, schemas, tables and columns, containers first; `entities` in all. */
export function generateAssertions(depot: string, entities: number, columns: number): EntityAssertion[] {
  const found: EntityAssertion[] = [];
  const add = (
    urn: Urn,
    parent: Urn,
    path: readonly string[],
    more: Pick<EntityAssertion, "kind" | "aspects">,
  ): void => {
    if (found.length >= entities) return;
    const name = path.at(-1) ?? depot;
    found.push({ urn, name, qualifiedName: [depot, ...path].join("."), parent, depot, ...more });
  };
  const database = formatUrn({ kind: "database", scope: depot, path: ["shop"] });
  add(database, formatUrn({ kind: "depot", scope: depot }), ["shop"], { kind: "database", aspects: {} });
  for (let at = 0; found.length < entities; at++) {
    const table = generateTable(at, columns);
    const schema = formatUrn({ kind: "schema", scope: depot, path: ["shop", table.schema] });
    if (at % tablesPerSchema === 0) add(schema, database, ["shop", table.schema], { kind: "schema", aspects: {} });
    const path = ["shop", table.schema, table.name];
    const dataset = formatUrn({ kind: "dataset", scope: depot, path });
    const documentation = table.description === "" ? {} : { documentation: { description: table.description } };
    add(dataset, schema, path, {
      kind: "dataset",
      aspects: { structure: { datasetType: "table" }, ...documentation, statistics: { rowCount: at } },
    });
    for (const [place, name] of table.columns.entries()) {
      add(formatUrn({ kind: "dataset", scope: depot, path, field: [name] }), dataset, [...path, name], {
        kind: "column",
        aspects: { structure: { dataType: "text", nullable: true, position: place + 1 } },
      });
    }
  }
  return found;
}
