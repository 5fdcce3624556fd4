/**
 * Aligned columns with a header line; no trailing spaces. The columns are the same whatever the rows hold: scripts count on them.
 * Values cannot move the cursor, see `printable`.
 */
export function formatTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable));
  const columns = headers
    .map((header, index) => ({ header, index, cells: shown.map((row) => row[index] ?? "") }))
    .map(({ header, cells }) => ({ header, cells, width: Math.max(...[header, ...cells].map(displayWidth)) }));
  const line = (cellOf: (column: (typeof columns)[number]) => string): string =>
    columns
      .map((column) => padEnd(cellOf(column), column.width))
      .join("  ")
      .trimEnd();
  return [line(({ header }) => header), ...shown.map((_, row) => line(({ cells }) => cells[row] ?? ""))].join("\n");
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

function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += zeroWidth.test(char) ? 0 : doubleWidth.test(char) ? 2 : 1;
  return width;
}
