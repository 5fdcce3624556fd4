export interface TableLayout {
  /** what the lines may take; wider cells are broken. Default: the terminal's columns, and no limit where there is none */
  readonly columns?: number | undefined;
  /** colours a cell that is padded already */
  readonly paint?: (cell: string, header: string) => string;
}

const gap = "  ";
const narrowest = 8;
const narrowestProse = 24;

/**
 * Aligned columns with a header line; no trailing spaces. The columns are the same whatever the rows hold: scripts count on them.
 * Values cannot move the cursor, see `printable`.
 */
export function formatTable(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  { columns = process.stdout.isTTY ? process.stdout.columns : undefined, paint = (cell) => cell }: TableLayout = {},
): string {
  const lines = [headers, ...rows.map((row) => headers.map((_, index) => printable(row[index] ?? "")))];
  const wanted = headers.map((_, index) => Math.max(...lines.map((line) => displayWidth(line[index] ?? ""))));
  const widths = shrink(wanted, lines, columns);
  const last = headers.length - 1;
  return lines
    .flatMap((line, at) => {
      const cells = line.map((cell, index) => breakCell(cell, widths[index] ?? 0));
      const height = Math.max(...cells.map(({ length }) => length));
      return Array.from({ length: height }, (_, row) => {
        const end = cells.findLastIndex((parts) => (parts[row] ?? "") !== "");
        const texts = cells.slice(0, end + 1).map((parts, index) => {
          const text = parts[row] ?? "";
          const padded = index === end || index === last ? text : padEnd(text, widths[index] ?? 0);
          return at === 0 || text === "" ? padded : paint(padded, headers[index] ?? "");
        });
        return texts.join(gap);
      });
    })
    .join("\n");
}

/**
 * Takes what is too much from the widest columns: first from prose, then from all but the first, which holds names that people copy.
 * Where that is not enough, the lines stay too long.
 */
function shrink(
  wanted: readonly number[],
  lines: readonly (readonly string[])[],
  columns: number | undefined,
): readonly number[] {
  const widths = [...wanted];
  if (columns === undefined) return widths;
  const headers = lines[0] ?? [];
  const isProse = headers.map((_, index) => lines.some((line) => (line[index] ?? "").trim().includes(" ")));
  let excess = widths.reduce((sum, width) => sum + width + gap.length, -gap.length) - columns;
  for (const { least, takes } of [
    { least: narrowestProse, takes: (index: number) => isProse[index] === true },
    { least: narrowest, takes: (index: number) => index > 0 },
  ]) {
    const floors = headers.map((header) => Math.max(least, displayWidth(header)));
    for (; excess > 0; excess--) {
      const open = widths.map((width, index) => (takes(index) && width > (floors[index] ?? 0) ? width : 0));
      const widest = open.indexOf(Math.max(...open));
      if (open[widest] === 0) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  return widths;
}

/** Lines of at most `width` cells; broken behind a space or one of `/ - , . : _` where one is near the end, else anywhere. */
function breakCell(text: string, width: number): readonly string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const char of text) {
    if (displayWidth(line + char) > width) {
      const at = line.search(/[\s/\-,.:_][^\s/\-,.:_]*$/) + 1;
      const kept = at > width / 2 ? at : line.length;
      lines.push(line.slice(0, kept).trimEnd());
      line = line.slice(kept).trimStart();
    }
    if (line !== "" || char !== " ") line += char;
  }
  return [...lines, line];
}

/** `text` on one line: control characters, and those that turn the direction of writing, as `\xNN` and `\u{NNNN}`. */
export function printable(text: string): string {
  // SECURITY: what people and databases call things must not move the cursor, colour the screen or look like something else
  return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** At most `width` cells of `text`, `…` where something was cut off. */
export function clip(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  for (const char of text) {
    if (displayWidth(kept + char) >= width) break;
    kept += char;
  }
  return `${kept.trimEnd()}…`;
}

/** `text` with spaces up to `width` cells. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

const zeroWidth = /^(?:\p{M}|[\u200b-\u200d])$/u;
const doubleWidth =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** How many cells of a terminal `text` takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += zeroWidth.test(char) ? 0 : doubleWidth.test(char) ? 2 : 1;
  return width;
}
