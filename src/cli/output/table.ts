/**
 * Aligned columns with a header line; no trailing spaces. Control characters of values are shown as `\xNN`, so that no value
 * can move the cursor.
 */
export function formatTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable));
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...shown.map((row) => displayWidth(row[column] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell))))
      .join("  ")
      .trimEnd();
  return [line(headers), ...shown.map(line)].join("\n");
}

/** `text` with control characters escaped; keeps line breaks out as well. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function displayWidth(text: string): number {
  return [...text].length;
}
