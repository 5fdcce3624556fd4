import type { Node } from "libpg-query";
import {
  maxNesting,
  maxStatementBytes,
  positionAt,
  SqlLimitError,
  type SqlParser,
  SqlSyntaxError,
} from "../../parser-port.ts";
import type { Statement } from "../../syntax.ts";
import { createSourceText } from "../../text/source-text.ts";
import { loadParser } from "./load-parser.ts";
import { type Conversion, createConversion, firstLocation, names, nodeKind } from "./nodes.ts";
import { toQuery } from "./queries.ts";

/** PostgreSQL by its own parser (version 18's grammar, which reads the SQL of all older versions). */
export function createPostgresParser(): SqlParser {
  return {
    dialect: "postgres",
    async parse(sql) {
      const size = Buffer.byteLength(sql);
      if (size > maxStatementBytes) {
        throw new SqlLimitError(`the statement has ${size} bytes; at most ${maxStatementBytes} are analysed`);
      }
      if (sql.includes("\0"))
        throw new SqlSyntaxError("the statement contains a NUL character", positionAt(sql, sql.indexOf("\0")));
      if (sql.trim() === "") return [];
      const tree = await parseTree(sql);
      const cx = createConversion(createSourceText(sql), maxNesting, toQuery);
      return (tree.stmts ?? []).flatMap(({ stmt }) => (stmt ? [toStatement(cx, stmt)] : []));
    },
  };
}

async function parseTree(sql: string): Promise<Awaited<ReturnType<typeof import("libpg-query").parse>>> {
  const { hasSqlDetails, parse } = await loadParser();
  try {
    return await parse(sql);
  } catch (error) {
    if (hasSqlDetails(error)) {
      const { message, cursorPosition } = error.sqlDetails ?? { message: error.message, cursorPosition: 0 };
      if (message.startsWith("memory exhausted")) throw tooDeep(error);
      throw new SqlSyntaxError(message, positionAt(sql, utf16Offset(sql, cursorPosition)), { cause: error });
    }
    // the parser's own stack or memory; it stays usable after
    if (error instanceof RangeError || (error instanceof Error && error.name === "RuntimeError")) throw tooDeep(error);
    throw error;
  }
}

function tooDeep(cause: unknown): SqlLimitError {
  return new SqlLimitError("the statement is nested too deeply to be parsed", { cause });
}

/** Errors count in code points. */
function utf16Offset(sql: string, codePoints: number): number {
  let offset = 0;
  for (let seen = 0; seen < codePoints && offset < sql.length; seen++) {
    offset += (sql.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

function toStatement(cx: Conversion, node: Node): Statement {
  const at = cx.at(firstLocation(node));
  const other: Statement = { kind: "other", what: nodeKind(node), at };
  if ("SelectStmt" in node) {
    const query = toQuery(cx, node);
    if (!query) return other;
    const into = intoTarget(node);
    return into ? { kind: "write", effect: "create", ...into, query, at } : { kind: "query", query, at };
  }
  const written =
    "ViewStmt" in node
      ? { target: node.ViewStmt.view, columns: names(node.ViewStmt.aliases), query: node.ViewStmt.query }
      : "CreateTableAsStmt" in node
        ? {
            target: node.CreateTableAsStmt.into?.rel,
            columns: names(node.CreateTableAsStmt.into?.colNames),
            query: node.CreateTableAsStmt.query,
          }
        : "InsertStmt" in node && !node.InsertStmt.withClause
          ? {
              target: node.InsertStmt.relation,
              columns: (node.InsertStmt.cols ?? []).map((col) =>
                "ResTarget" in col ? (col.ResTarget.name ?? "") : "",
              ),
              query: node.InsertStmt.selectStmt,
            }
          : undefined;
  const query = written?.query && toQuery(cx, written.query);
  if (!written?.target || !query) return other;
  return {
    kind: "write",
    effect: "InsertStmt" in node ? "insert" : "create",
    target: targetName(written.target),
    columns: written.columns,
    temporary: written.target.relpersistence === "t",
    query,
    at,
  };
}

function intoTarget(
  node: Extract<Node, { SelectStmt: unknown }>,
): { target: string[]; columns: string[]; temporary: boolean } | undefined {
  let select = node.SelectStmt;
  while (select.larg) select = select.larg;
  const rel = select.intoClause?.rel;
  return (
    rel && {
      target: targetName(rel),
      columns: names(select.intoClause?.colNames),
      temporary: rel.relpersistence === "t",
    }
  );
}

function targetName(rel: { catalogname?: string; schemaname?: string; relname?: string }): string[] {
  return [rel.catalogname, rel.schemaname, rel.relname].filter((part) => part !== undefined);
}
