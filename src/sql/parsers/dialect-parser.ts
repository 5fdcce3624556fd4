import { BadInputError } from "../../shared/errors.ts";
import type { Dialect } from "../dialects.ts";
import type { SqlParser } from "../parser-port.ts";
import type { Statement } from "../syntax.ts";
import { createPolyglotParser } from "./polyglot/index.ts";
import { createPostgresParser } from "./postgres/index.ts";

/** The parser of a dialect: PostgreSQL's own where the dialect is PostgreSQL's, else the one that knows many. */
export function createDialectParser(dialect: Dialect): SqlParser {
  const general = createPolyglotParser(dialect);
  if (dialect.polyglot !== "postgresql" || dialect.folding !== "lower") return general;
  const own = createPostgresParser();
  return {
    dialect: dialect.name,
    async parse(sql) {
      const statements = await parsed(own, sql);
      if (statements && !statements.some(isLeftToOthers)) return statements;
      const others = await general.parse(sql);
      // what neither traces is named as the server's parser names it
      return statements && others.some(({ kind }) => kind === "unparsed") ? statements.map(asUntraced) : others;
    },
  };
}

async function parsed(parser: SqlParser, sql: string): Promise<readonly Statement[] | undefined> {
  try {
    return await parser.parse(sql);
  } catch (error) {
    if (error instanceof BadInputError) return undefined;
    throw error;
  }
}

/** Statements that move rows, and that only the general parser's tree is converted from. */
const movers: ReadonlySet<string> = new Set(
  "InsertStmt UpdateStmt DeleteStmt MergeStmt CopyStmt CreateStmt RenameStmt AlterTableStmt".split(" "),
);

function isLeftToOthers(statement: Statement): boolean {
  return statement.kind === "other" && movers.has(statement.what);
}

function asUntraced(statement: Statement): Statement {
  if (statement.kind !== "other" || !/^(Insert|Update|Delete|Merge)/.test(statement.what)) return statement;
  const what = statement.what.replace(/Stmt$/, "").toUpperCase();
  return { kind: "unparsed", message: `this form of ${what} is not traced`, at: statement.at };
}
