import { shorten } from "./source-text.ts";
import type { Token } from "./tokens.ts";

/** Where each SELECT list of a text has its items. */
export interface SelectTexts {
  /**
   * The texts of a SELECT's items, without aliases. Ask for outer SELECTs before inner ones: each list is given once.
   *
   * @param inside for each item the offset of something in it, `undefined` where none is known
   */
  claim(inside: readonly (number | undefined)[]): readonly (string | undefined)[];
}

interface Item {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly Token[];
}

interface List {
  readonly items: readonly Item[];
  used: boolean;
}

const ends = new Set(
  "from into where group having order limit qualify union intersect except minus window sort cluster distribute lateral fetch offset for on".split(
    " ",
  ),
);
const openers = new Set(["select", "sel"]);
const leading = new Set(["distinct", "all", "straight_join", "sql_no_cache"]);

/** Finds the items of every SELECT list. Linear in the tokens for lists side by side, and by depth for nested ones. */
export function createSelectTexts(sql: string, tokens: () => readonly Token[]): SelectTexts {
  let lists: List[] | undefined;
  return {
    claim(inside) {
      lists ??= findLists(tokens());
      const [anchor] = inside.filter((offset) => offset !== undefined);
      if (anchor === undefined) return [];
      const found = lists.find(
        ({ items, used }) =>
          !used &&
          items.length === inside.length &&
          items.every((item, index) => {
            const offset = inside[index];
            return offset === undefined || (offset >= item.start && offset < item.end);
          }),
      );
      if (!found) return [];
      found.used = true;
      return found.items.map(({ start, tokens: own }) => withoutAlias(sql, start, own));
    },
  };
}

function findLists(tokens: readonly Token[]): List[] {
  const lists: (List & { readonly at: number })[] = [];
  interface Open {
    readonly depth: number;
    readonly at: number;
    readonly items: Item[];
    own: Token[];
    cases: number;
  }
  const open: Open[] = [];
  let depth = 0;
  const closeItem = (one: Open): void => {
    const [first] = one.own;
    const last = one.own.at(-1);
    if (first && last) one.items.push({ start: first.start, end: last.end, tokens: one.own });
    one.own = [];
  };
  const close = (): void => {
    const one = open.pop();
    if (!one) return;
    closeItem(one);
    lists.push({ at: one.at, items: one.items, used: false });
  };
  for (const [index, token] of tokens.entries()) {
    const { word, mark } = token;
    if (mark === ")" || mark === "]") {
      depth--;
      while (open.length > 0 && (open.at(-1)?.depth ?? 0) > depth) close();
    }
    if (mark === ";") while (open.length > 0) close();
    let inner = open.at(-1);
    if (inner && inner.depth === depth) {
      if (mark === ",") {
        closeItem(inner);
        continue;
      }
      const isEnd = word !== undefined && ends.has(word) && inner.own.length > 0;
      if (isEnd && inner.cases === 0 && tokens[index + 1]?.mark !== "(" ? true : isEnd && word === "from") {
        // `FROM` inside EXTRACT and the like stands deeper; `IS DISTINCT FROM` does not end the list
        if (!(word === "from" && tokens[index - 1]?.word === "distinct")) {
          close();
          inner = open.at(-1);
        }
      }
      if (word === "case") inner && inner.cases++;
      if (word === "end") inner && inner.cases--;
    }
    if (word !== undefined && openers.has(word)) {
      for (const one of open) if (one.depth < depth) one.own.push(token);
      if (inner?.depth === depth) close();
      open.push({ depth, at: token.start, items: [], own: [], cases: 0 });
      continue;
    }
    const own = open.at(-1);
    const isLead = own?.depth === depth && own.own.length === 0 && own.items.length === 0 && leading.has(word ?? "");
    if (!isLead) for (const one of open) one.own.push(token);
    if (mark === "(" || mark === "[") depth++;
  }
  while (open.length > 0) close();
  return lists.sort((a, b) => a.at - b.at);
}

/** `sum(a) AS b`, `sum(a) b` -> `sum(a)`. */
function withoutAlias(sql: string, start: number, tokens: readonly Token[]): string | undefined {
  const last = tokens.at(-1);
  if (!last) return undefined;
  const before = tokens.at(-2);
  if (before?.word === "as" && tokens.length > 2) return shorten(sql.slice(start, tokens.at(-3)?.end ?? last.end));
  const isName = (last.word !== undefined && last.word !== "end") || /^["`]/.test(sql.slice(last.start, last.end));
  const isValue =
    before && (before.mark === ")" || before.word !== undefined || /["'`\w]/.test(sql[before.end - 1] ?? ""));
  const operators = new Set(["and", "or", "not", "is", "like", "in", "between", "at", "zone", "collate", "div", "mod"]);
  if (isName && isValue && before && !operators.has(before.word ?? "") && before.end < last.start) {
    return shorten(sql.slice(start, before.end));
  }
  return shorten(sql.slice(start, last.end));
}
