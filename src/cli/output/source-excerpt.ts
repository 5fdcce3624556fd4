import { displayWidth, printable } from "./table.ts";

/** A text that the user gave, under the name that faults are reported with. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

const widest = 100;
const sensitive = /pass|secret|token|credential|key|auth|:\/\/[^\s/@]*@/i;
const secretDocument = /(?:^|[{,\s])["']?type["']?\s*:\s*["']?(?:instance-)?secret\b/m;

/**
 * The line that `at` (`file:line:col`) points to with a mark below it, as compilers show it; empty where there is none.
 * Lines that may hold a secret are left out.
 */
export function toExcerpt(sources: readonly SourceText[], at: string): readonly string[] {
  const [, file, lineText, columnText] = /^(.*):(\d+):(\d+)$/s.exec(at) ?? [];
  const source = sources.find((one) => one.file === file);
  if (!source) return [];
  const [number, column] = [Number(lineText), Number(columnText)];
  const lines = source.text.split(/\r?\n/);
  const line = lines[number - 1];
  if (line === undefined || line.trim() === "") return [];
  // SECURITY: what is printed ends up in the logs of build servers
  if (sensitive.test(line) || secretDocument.test(documentAround(lines, number - 1))) return [];
  const start = Math.max(0, column - 1);
  // a long line is shown around the place
  const from = start > widest - 20 ? start - 40 : 0;
  const shown = printable(line.slice(from, from + widest).replaceAll("\t", " "));
  const ahead = displayWidth(printable(line.slice(from, start).replaceAll("\t", " ")));
  const word = /^(?:\$\{[^}]*\}|"[^"]*"|'[^']*'|[^\s,:{}[\]#"']+)/u.exec(line.slice(start, from + widest))?.[0] ?? "";
  const mark = `^${"~".repeat(Math.max(0, displayWidth(printable(word)) - 1))}`;
  const gutter = String(number);
  return [
    `${gutter} | ${from > 0 ? "…" : ""}${shown}${from + widest < line.length ? "…" : ""}`,
    `${" ".repeat(gutter.length)} | ${" ".repeat(ahead + (from > 0 ? 1 : 0))}${mark}`,
  ];
}

/** The YAML document that a line belongs to. */
function documentAround(lines: readonly string[], index: number): string {
  let [start, end] = [index, index];
  while (start > 0 && !/^---(\s|$)/.test(lines[start] ?? "")) start--;
  while (end + 1 < lines.length && !/^---(\s|$)/.test(lines[end + 1] ?? "")) end++;
  return lines.slice(start, end + 1).join("\n");
}
