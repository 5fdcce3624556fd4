import type { Dialect } from "../dialects.ts";
import type { Piece } from "./split.ts";
import type { Token } from "./tokens.ts";

/** `[start, end)` of the text becomes `text`. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text that means the same, with the way back to the places of the first one. */
export interface Rewritten {
  readonly sql: string;
  readonly toOriginal: (offset: number) => number;
}

const spelled: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sel: "select",
    ins: "insert",
    upd: "update",
    del: "delete",
    minus: "except",
    eq: "=",
    ne: "<>",
    lt: "<",
    le: "<=",
    gt: ">",
    ge: ">=",
    mod: "%",
  }),
);
const between: ReadonlySet<string> = new Set(["eq", "ne", "lt", "le", "gt", "ge", "mod"]);

/** Spellings that only this dialect has and that the parser reads as names. */
export function plainSpelling(sql: string, piece: Piece, dialect: Dialect): Rewritten | undefined {
  if (dialect.name !== "teradata") return undefined;
  const edits = piece.tokens.flatMap(({ word, start, end }, index): Edit[] => {
    const text = word === undefined ? undefined : spelled.get(word);
    const next = piece.tokens[index + 1];
    if (text === undefined || (between.has(word ?? "") && (index === 0 || !next || next.mark === ","))) return [];
    return [{ start, end, text }];
  });
  return edits.length === 0 ? undefined : rewrite(sql, piece, edits);
}

/** The same statement in the spelling that parsers expect, for one that does not parse; `undefined` where nothing is to be done. */
export function repaired(sql: string, piece: Piece): Rewritten | undefined {
  const edits = [
    ...missingInto(piece.tokens),
    ...doubleBrackets(piece.tokens),
    ...compoundAssignments(sql, piece.tokens),
    ...withoutOptions(piece.tokens),
    ...conflictClauses(piece.tokens),
    ...trailingCommas(piece.tokens),
    ...multisetOperators(piece.tokens),
    ...outfiles(piece.tokens),
  ];
  return edits.length === 0
    ? undefined
    : rewrite(
        sql,
        piece,
        edits.sort((a, b) => a.start - b.start),
      );
}

const afterInsert: ReadonlySet<string> = new Set(
  "into overwrite ignore all first or low_priority high_priority delayed top with".split(" "),
);

/** `INSERT t` -> `INSERT INTO t`. */
function missingInto(tokens: readonly Token[]): Edit[] {
  return tokens.flatMap(({ word, end }, index) => {
    const next = tokens[index + 1];
    const isPlain = word === "insert" && next && next.mark === "" && !afterInsert.has(next.word ?? "");
    return isPlain ? [{ start: end, end, text: " into" }] : [];
  });
}

/** `((SELECT …))` -> `(SELECT …)`. */
function doubleBrackets(tokens: readonly Token[]): Edit[] {
  const open: number[] = [];
  const partner = new Map<number, number>();
  for (const [index, { mark }] of tokens.entries()) {
    if (mark === "(") open.push(index);
    if (mark !== ")") continue;
    const start = open.pop();
    if (start !== undefined) partner.set(start, index);
  }
  const edits: Edit[] = [];
  for (const [start, end] of partner) {
    const inner = tokens[start + 1]?.mark === "(" && partner.get(start + 1) === end - 1;
    let first = start + 1;
    while (tokens[first]?.mark === "(") first++;
    if (!inner || !["select", "with", "values"].includes(tokens[first]?.word ?? "")) continue;
    for (const index of [start, end]) {
      const token = tokens[index];
      if (token) edits.push({ start: token.start, end: token.end, text: " " });
    }
  }
  return edits;
}

/** `CREATE TABLE t (a) STORAGE … AS SELECT` -> `CREATE TABLE t (a) AS SELECT`: how it is kept does not change what is in it. */
function withoutOptions(tokens: readonly Token[]): Edit[] {
  if (tokens[0]?.word !== "create") return [];
  const kind = tokens.findIndex(({ word }, index) => index < 8 && (word === "table" || word === "view"));
  if (kind < 0) return [];
  let depth = 0;
  let first: Token | undefined;
  for (let index = kind + 1; index < tokens.length; index++) {
    const token = tokens[index];
    if (!token) break;
    if (token.mark === "(") depth++;
    if (token.mark === ")") depth--;
    if (depth > 0 || token.mark === ")") continue;
    const next = tokens[index + 1];
    if (token.word === "as" && (next?.mark === "(" || next?.word === "select" || next?.word === "with")) {
      return first ? [{ start: first.start, end: token.start, text: "" }] : [];
    }
    // options start with the first word after the name: names are joined by dots, `IF NOT EXISTS` stands before
    const before = tokens[index - 1];
    const isName = index === kind + 1 || before?.word === "exists" || before?.word === "if" || before?.word === "not";
    if (token.word !== undefined && !isName && before?.end !== token.start) first ??= token;
  }
  return [];
}

/** `UPDATE OR IGNORE t` -> `UPDATE t`. */
function conflictClauses([verb, or, action]: readonly Token[]): Edit[] {
  return verb?.word === "update" && or?.word === "or" && action ? [{ start: or.start, end: action.end, text: "" }] : [];
}

/** `a MULTISET UNION DISTINCT b` -> `a || b`: the value is made of both. */
function multisetOperators(tokens: readonly Token[]): Edit[] {
  return tokens.flatMap(({ word, start }, index) => {
    const [operator, how] = [tokens[index + 1], tokens[index + 2]];
    if (word !== "multiset" || !["union", "except", "intersect"].includes(operator?.word ?? "")) return [];
    const last = how?.word === "all" || how?.word === "distinct" ? how : operator;
    return [{ start, end: last?.end ?? start, text: "||" }];
  });
}

/** `SELECT a INTO OUTFILE 'f' … FROM t` -> `SELECT a FROM t`. */
function outfiles(tokens: readonly Token[]): Edit[] {
  const into = tokens.findIndex(
    ({ word }, index) => word === "into" && ["outfile", "dumpfile"].includes(tokens[index + 1]?.word ?? ""),
  );
  const from = tokens.findIndex(({ word }, index) => index > into && word === "from");
  const [first, last] = [tokens[into], tokens[from]];
  return into >= 0 && first && last ? [{ start: first.start, end: last.start, text: "" }] : [];
}

/** `(a, b,)`, `SELECT a, FROM` -> without the last comma. */
function trailingCommas(tokens: readonly Token[]): Edit[] {
  return tokens.flatMap(({ mark, start, end }, index) => {
    const next = tokens[index + 1];
    const isLast = !next || next.mark === ")" || next.word === "from";
    return mark === "," && isLast ? [{ start, end, text: "" }] : [];
  });
}

/** `SET t.a += 1` -> `SET t.a = t.a + 1`. */
function compoundAssignments(sql: string, tokens: readonly Token[]): Edit[] {
  if (tokens[0]?.word !== "update") return [];
  return tokens.flatMap(({ start, end }, index): Edit[] => {
    const operator = sql[start] ?? "";
    const next = tokens[index + 1];
    if (!"+-*/%&|^".includes(operator) || end - start !== 1 || next?.start !== end || sql[end] !== "=") return [];
    let first = index - 1;
    while (sql[tokens[first - 1]?.start ?? 0] === "." && first > 1) first -= 2;
    const path = sql.slice(tokens[first]?.start ?? start, tokens[index - 1]?.end ?? start);
    return [{ start, end: next.end, text: `= ${path} ${operator}` }];
  });
}

function rewrite(sql: string, piece: Piece, edits: readonly Edit[]): Rewritten {
  let text = "";
  let at = piece.start;
  const marks: { readonly from: number; readonly to: number; readonly isFixed: boolean }[] = [];
  for (const edit of edits) {
    if (edit.start < at) continue;
    marks.push({ from: text.length, to: at, isFixed: false });
    text += sql.slice(at, edit.start);
    marks.push({ from: text.length, to: edit.start, isFixed: true });
    text += edit.text;
    at = edit.end;
  }
  marks.push({ from: text.length, to: at, isFixed: false });
  text += sql.slice(at, piece.end);
  const toOriginal = (offset: number): number => {
    const mark = marks.findLast(({ from }) => from <= offset);
    return mark ? mark.to + (mark.isFixed ? 0 : offset - mark.from) : offset;
  };
  return { sql: text, toOriginal };
}
