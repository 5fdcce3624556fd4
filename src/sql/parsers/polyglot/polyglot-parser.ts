import type { Dialect } from "../../dialects.ts";
import { maxStatementBytes, SqlLimitError, type SqlParser } from "../../parser-port.ts";
import type { Statement } from "../../syntax.ts";
import { plainSpelling, repaired } from "../../text/repairs.ts";
import { createSelectTexts } from "../../text/select-texts.ts";
import { createSourceText, type SourceText } from "../../text/source-text.ts";
import { type Piece, splitStatements } from "../../text/split.ts";
import { utilityKind } from "../../text/utility.ts";
import { toExpr } from "./expressions.ts";
import { createConversion } from "./nodes.ts";
import { toQuery } from "./queries.ts";
import { toStatements } from "./statements.ts";

type Sdk = typeof import("@polyglot-sql/sdk");

let loading: Promise<Sdk> | undefined;

/**
 * SQL of a dialect by the parser that knows many. 23 MB of WebAssembly, loaded at the first statement.
 * What does not parse is a statement `unparsed` of its own: the others of the script stand.
 */
export function createPolyglotParser(dialect: Dialect): SqlParser {
  return {
    dialect: dialect.name,
    async parse(sql) {
      loading ??= import("@polyglot-sql/sdk");
      const { parse } = await loading;
      const text = createSourceText(sql);
      const whole: Piece = { start: 0, end: sql.length, tokens: text.tokens() };
      const source = { sql, text, dialect, parse };
      if (dialect.name !== "teradata" && Buffer.byteLength(sql) <= maxStatementBytes) {
        const statements = tried(() => parsePiece(source, whole));
        if (Array.isArray(statements)) return statements;
      }
      return splitStatements(text.tokens()).flatMap((piece) => parseAlone(source, piece));
    },
  };
}

interface Source {
  readonly sql: string;
  readonly text: SourceText;
  readonly dialect: Dialect;
  readonly parse: Sdk["parse"];
}

/** One statement of a script, in other spellings where it does not parse as it is. */
function parseAlone(source: Source, piece: Piece): Statement[] {
  const { sql, dialect } = source;
  const size = Buffer.byteLength(sql.slice(piece.start, piece.end));
  const at = piece.start;
  if (size > maxStatementBytes) {
    return [
      { kind: "unparsed", message: `the statement has ${size} bytes; at most ${maxStatementBytes} are analysed`, at },
    ];
  }
  const first = tried(() => parsePiece(source, piece, plainSpelling(sql, piece, dialect)));
  if (Array.isArray(first)) return first;
  const repair = repaired(sql, piece);
  const second = repair && tried(() => parsePiece(source, piece, repair));
  if (Array.isArray(second)) return second;
  const kind = utilityKind(piece.tokens);
  if (kind !== undefined) return [{ kind: "other", what: kind, at }];
  return [{ kind: "unparsed", message: first.message, at: first.at }];
}

interface Failure {
  readonly message: string;
  readonly at: number;
}

class PieceError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

function tried(parse: () => Statement[]): Statement[] | Failure {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PieceError) return error;
    if (error instanceof SqlLimitError) return { message: error.message, at: 0 };
    throw error;
  }
}

/** @param rewritten the piece in another spelling */
function parsePiece(
  source: Source,
  piece: Piece,
  rewritten?: { readonly sql: string; readonly toOriginal: (offset: number) => number },
): Statement[] {
  const { sql, text, dialect, parse } = source;
  const given = rewritten?.sql ?? sql.slice(piece.start, piece.end);
  const toOriginal = rewritten?.toOriginal ?? ((offset: number): number => piece.start + offset);
  const result = parse(given, dialect.polyglot as Parameters<Sdk["parse"]>[1]);
  if (!result.success || !Array.isArray(result.ast)) {
    throw new PieceError(
      messageOf(result.error ?? "it does not parse"),
      toOriginal(Math.min(result.errorStart ?? 0, given.length)),
    );
  }
  const selects = createSelectTexts(sql, () => piece.tokens);
  const cx = createConversion({ given, toOriginal }, dialect, text, selects, { query: toQuery, expr: toExpr });
  return (result.ast as readonly unknown[]).flatMap((statement) => toStatements(cx, statement, piece.start));
}

function messageOf(error: string): string {
  const message = error.replace(/^Parse error at line \d+, column \d+: /, "").replace(/\s+/g, " ");
  if (message.startsWith("E_GUARD")) return "the statement is nested too deeply to be parsed";
  const [what = message, near] = message.split(" near [");
  const lower = what.charAt(0).toLowerCase() + what.slice(1);
  return near === undefined
    ? `does not parse: ${lower}`
    : `does not parse: ${lower} near \`${near.replace(/\]$/, "")}\``;
}
