import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { text as readText } from "node:stream/consumers";
import { z } from "zod";
import {
  dialectNamed,
  dialectNames,
  type LineageEdge,
  type ScriptLineage,
  type TableColumns,
} from "../../sql/index.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { formatTable, printable } from "../output/table.ts";
import { createLineagePool, type LineagePool, usualLimits } from "../sql-lineage/lineage-pool.ts";
import { parseWord } from "../words.ts";

export interface SqlLineageOptions {
  readonly dialect: string;
  /** a JSON file: `{"db.table": {"column": "type"}}` */
  readonly schema?: string;
  /** a file, or `-` for standard input */
  readonly file: string;
  readonly jsonl?: boolean;
  readonly output: string;
}

const formats = ["table", "json", "mermaid"] as const;
const schemaShape = z.record(z.string(), z.union([z.array(z.string()), z.record(z.string(), z.unknown())]));
const requestShape = z.object({
  id: z.unknown(),
  sql: z.string(),
  dialect: z.string().nullish(),
  schema: schemaShape.nullish(),
});

/** Lines that are answered side by side: enough that no thread waits, few enough that memory stays small. */
const maxInFlight = 64;

/**
 * Prints the lineage of SQL; needs no server.
 * @throws {CommandError} exit code 1 where a text could not be understood at all
 */
export async function sqlLineage(context: CommandContext, options: SqlLineageOptions): Promise<void> {
  checkDialect(options.dialect);
  const format = parseWord("output", options.output, formats);
  const schema = options.schema === undefined ? {} : await readSchema(options.schema);
  const pool = createLineagePool(usualLimits);
  try {
    if (options.jsonl) {
      await context.printAll(answers(pool, linesOf(options.file), options.dialect, schema));
      return;
    }
    const file = options.file === "-" ? "stdin" : options.file;
    const sql = options.file === "-" ? await readText(process.stdin) : await readSql(options.file);
    const lineage = await pool.trace({ sql, dialect: options.dialect, schema, file });
    context.print(
      format === "json"
        ? JSON.stringify(lineage, null, 2)
        : format === "mermaid"
          ? toMermaid(lineage)
          : toText(lineage),
    );
    for (const { message, at } of lineage.problems) {
      context.warn(`${at ? `${at.file}:${at.line}:${at.column}: ` : ""}${message}`);
    }
    if (lineage.problems.length > 0 && lineage.reads.length + lineage.writes.length === 0)
      throw new CommandError("", 1);
  } finally {
    await pool.close();
  }
}

function checkDialect(name: string): void {
  if (!dialectNamed(name)) {
    throw new CommandError(`unknown dialect \`${name}\` (known: ${dialectNames.join(", ")})`, 2);
  }
}

async function readSql(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new CommandError(`cannot read \`${path}\`: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

async function readSchema(path: string): Promise<TableColumns> {
  const text = await readSql(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandError(`\`${path}\` is not JSON: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
  const parsed = schemaShape.safeParse(value);
  if (!parsed.success) {
    throw new CommandError(`\`${path}\` holds no schema: expected an object like {"db.table": {"column": "type"}}`, 2);
  }
  return parsed.data;
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({
    input: file === "-" ? process.stdin : createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
}

/** One answer per line, in the order of the lines. */
async function* answers(
  pool: LineagePool,
  lines: AsyncIterable<string>,
  dialect: string,
  schema: TableColumns,
): AsyncIterable<string> {
  const underWay: Promise<string>[] = [];
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    underWay.push(answerLine(pool, line, number, dialect, schema));
    if (underWay.length >= maxInFlight) yield (await underWay.shift()) ?? "";
  }
  for (const answer of underWay) yield await answer;
}

async function answerLine(
  pool: LineagePool,
  line: string,
  number: number,
  dialect: string,
  schema: TableColumns,
): Promise<string> {
  const refuse = (id: unknown, message: string): string =>
    JSON.stringify({ id, edges: [], reads: [], writes: [], problems: [{ message: `line ${number}: ${message}` }] });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refuse(null, "not JSON");
  }
  const parsed = requestShape.safeParse(value);
  if (!parsed.success) {
    return refuse(null, 'expected {"id": …, "sql": "…", "dialect": "…", "schema": {"db.table": {"column": "type"}}}');
  }
  const { id = null, sql } = parsed.data;
  const wanted = parsed.data.dialect ?? dialect;
  if (!dialectNamed(wanted)) return refuse(id, `unknown dialect \`${wanted}\` (known: ${dialectNames.join(", ")})`);
  const lineage = await pool.trace({ sql, dialect: wanted, schema: parsed.data.schema ?? schema, file: "sql" });
  return JSON.stringify({ id, ...lineage });
}

function toText({ edges, reads, writes }: ScriptLineage): string {
  const rows = edges.map((edge) => [end(edge.to), end(edge.from), describe(edge), edge.expression ?? ""]);
  const table = formatTable(["TO", "FROM", "HOW", "EXPRESSION"], rows);
  return [
    table,
    "",
    `reads: ${printable(reads.join(", ")) || "nothing"}`,
    `writes: ${printable(writes.join(", ")) || "nothing"}`,
  ].join("\n");
}

function end({ table, column }: { readonly table: string | null; readonly column: string | null }): string {
  return [table ?? "result", column ?? "(rows)"].join(".");
}

function describe({ type, subtype, masking, confidence }: LineageEdge): string {
  const how = `${type === "INDIRECT" ? "by " : ""}${subtype.toLowerCase().replace("_", " ")}`;
  return `${how}${masking ? ", masked" : ""}${confidence < 1 ? `, ${Math.round(confidence * 100)} % sure` : ""}`;
}

/** A flowchart: tables as boxes of their columns, dotted arrows for what only steers. */
function toMermaid({ edges }: ScriptLineage): string {
  const ids = new Map<string, string>();
  const tables = new Map<string, Set<string>>();
  const idOf = (table: string, column: string): string => {
    const key = JSON.stringify([table, column]);
    const id = ids.get(key) ?? `c${ids.size}`;
    ids.set(key, id);
    const columns = tables.get(table) ?? new Set();
    tables.set(table, columns.add(column));
    return id;
  };
  const arrows = edges.map(({ from, to, type }) => {
    const ends = [idOf(from.table, from.column), idOf(to.table ?? "result", to.column ?? "(rows)")];
    return `  ${ends.join(type === "DIRECT" ? " --> " : " -.-> ")}`;
  });
  const boxes = [...tables].flatMap(([table, columns], index) => [
    `  subgraph t${index}["${quoted(table)}"]`,
    ...[...columns].map((column) => `    ${idOf(table, column)}["${quoted(column)}"]`),
    "  end",
  ]);
  return ["flowchart LR", ...boxes, ...arrows].join("\n");
}

function quoted(text: string): string {
  return printable(text).replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
