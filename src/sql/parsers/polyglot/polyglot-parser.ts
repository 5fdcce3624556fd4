import type { Dialect } from "../../dialects.ts";
import { maxStatementBytes, positionAt, SqlLimitError, type SqlParser, SqlSyntaxError } from "../../parser-port.ts";
import type { Statement } from "../../syntax.ts";
import { createSelectTexts } from "../../text/select-texts.ts";
import { createSourceText } from "../../text/source-text.ts";
import { toExpr } from "./expressions.ts";
import { createConversion } from "./nodes.ts";
import { toQuery } from "./queries.ts";
import { toStatements } from "./statements.ts";

type Sdk = typeof import("@polyglot-sql/sdk");

let loading: Promise<Sdk> | undefined;

/** SQL of a dialect by the parser that knows many. 23 MB of WebAssembly, loaded at the first statement. */
export function createPolyglotParser(dialect: Dialect): SqlParser {
  return {
    dialect: dialect.name,
    async parse(sql) {
      const size = Buffer.byteLength(sql);
      if (size > maxStatementBytes) {
        throw new SqlLimitError(`the statement has ${size} bytes; at most ${maxStatementBytes} are analysed`);
      }
      loading ??= import("@polyglot-sql/sdk");
      const { parse } = await loading;
      return parseWith(parse, sql, dialect);
    },
  };
}

function parseWith(parse: Sdk["parse"], sql: string, dialect: Dialect): readonly Statement[] {
  const result = parse(sql, dialect.polyglot as Parameters<Sdk["parse"]>[1]);
  if (!result.success || !Array.isArray(result.ast)) throw toError(sql, result.error ?? "it does not parse", result.errorStart);
  const text = createSourceText(sql);
  const selects = createSelectTexts(sql, text.tokens);
  const cx = createConversion(sql, dialect, text, selects, { query: toQuery, expr: toExpr });
  return (result.ast as readonly unknown[]).flatMap((statement) => toStatements(cx, statement, 0));
}

function toError(sql: string, error: string, start: number | undefined): SqlLimitError | SqlSyntaxError {
  const message = error.replace(/^Parse error at line \d+, column \d+: /, "");
  if (message.startsWith("E_GUARD")) return new SqlLimitError("the statement is nested too deeply to be parsed");
  const lower = message.charAt(0).toLowerCase() + message.slice(1).replace(/\s+/g, " ");
  return new SqlSyntaxError(lower, positionAt(sql, Math.min(start ?? 0, sql.length)));
}
