import type { SearchDocument, SearchHit } from "../ports.ts";
import { toPair } from "./index-document.ts";
import type { QueryPlan } from "./query-plan.ts";
import { stem } from "./stem.ts";
import { tokenize, toWords } from "./tokenize.ts";

/** What of a document an answer may show. */
export type ShownDocument = Pick<SearchDocument, "urn" | "name" | "qualifiedName" | "description"> & {
  readonly columns: readonly Pick<SearchDocument["columns"][number], "name" | "description">[];
};

const maxSnippetLength = 240;
const maxMatchedColumns = 100;
const maxShownColumns = 10;
const maxSearchedLength = 20_000;

/**
 * What of a hit matched: highlighted name, description and qualified name, and the columns that did.
 * @param isVisible whether the subject may see the column at a place of `document.columns`
 */
export function explainHit(
  document: ShownDocument,
  plan: QueryPlan,
  isVisible: (place: number) => boolean,
): Pick<SearchHit, "highlights" | "matchedColumns"> {
  const terms = new Set(plan.groups.flat().map(({ term }) => term));
  const highlights = new Map<string, string>();
  const name = highlight(document.name, terms);
  if (name !== undefined) highlights.set("name", name);
  const description = highlight(document.description, terms);
  if (description !== undefined) highlights.set("description", description);
  if (name === undefined) {
    const qualifiedName = highlight(document.qualifiedName, terms);
    if (qualifiedName !== undefined) highlights.set("qualifiedName", qualifiedName);
  }
  const columns = matchColumns(document, terms, isVisible);
  const named = columns.flatMap(({ column }) => highlight(column.name, terms) ?? []);
  if (named.length > 0) highlights.set("columns", named.slice(0, maxShownColumns).join(", "));
  return { highlights, matchedColumns: columns.map(({ column }) => column.name) };
}

/** The columns that match most words first, then by position; a word in the name counts for more than one in the description. */
function matchColumns(document: ShownDocument, terms: ReadonlySet<string>, isVisible: (place: number) => boolean) {
  return document.columns
    .map((column, place) => ({
      column,
      place,
      matches: 2 * countMatches(column.name, terms) + countMatches(column.description, terms),
    }))
    .filter(({ matches, place }) => matches > 0 && isVisible(place))
    .sort((a, b) => b.matches - a.matches)
    .slice(0, maxMatchedColumns);
}

/** How many of the terms the text has. */
function countMatches(text: string, terms: ReadonlySet<string>): number {
  const words = toWords(text.slice(0, maxSearchedLength));
  const found = words.flatMap((word, at) => [stem(word), toPair(word, words[at + 1] ?? "")]);
  return new Set(found.filter((term) => terms.has(term))).size;
}

/** HTML of the part of `text` around its first match, matches between `<em>` and `</em>`; `undefined` where nothing matches. */
export function highlight(text: string, terms: ReadonlySet<string>): string | undefined {
  const marks = findMarks(text, terms);
  const first = marks[0];
  if (first === undefined) return undefined;
  const from = text.length <= maxSnippetLength ? 0 : startOfWord(text, Math.max(0, first.start - 60));
  const to = endOfWord(text, from + maxSnippetLength);
  let html = from > 0 ? "…" : "";
  let at = from;
  for (const { start, end } of marks) {
    if (end > to) break;
    html += `${escapeHtml(text.slice(at, start))}<em>${escapeHtml(text.slice(start, end))}</em>`;
    at = end;
  }
  return html + escapeHtml(text.slice(at, to)) + (to < text.length ? "…" : "");
}

/** Where terms stand in the text, in order, apart. */
function findMarks(text: string, terms: ReadonlySet<string>): { readonly start: number; readonly end: number }[] {
  const marks: { start: number; end: number }[] = [];
  const tokens = tokenize(text.slice(0, maxSearchedLength));
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    const paired = next !== undefined && terms.has(toPair(token.word, next.word));
    if (!paired && !terms.has(stem(token.word))) continue;
    const last = marks.at(-1);
    const end = paired ? next.end : token.end;
    if (last && token.start <= last.end) last.end = Math.max(last.end, end);
    else marks.push({ start: token.start, end });
  }
  return marks;
}

function startOfWord(text: string, from: number): number {
  const space = text.indexOf(" ", from);
  return from === 0 ? 0 : space >= 0 && space - from < 30 ? space + 1 : from;
}

function endOfWord(text: string, to: number): number {
  if (to >= text.length) return text.length;
  const space = text.lastIndexOf(" ", to);
  return to - space < 30 ? space : to;
}

// SECURITY: names and descriptions are foreign text and the result is put into pages
function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[char] ?? char,
  );
}
