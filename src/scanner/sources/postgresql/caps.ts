/** Longest text of each kind that is kept; the source is not trusted with our memory. UTF-16 units. */
export const textCaps = { name: 1_024, comment: 64 * 1024, expression: 16 * 1024, definition: 1024 * 1024 } as const;

/** The text, cut at `cap` with a mark that it was; NUL, which no store keeps, is taken out. `null` is absent. */
export function capText(text: string | null | undefined, cap: number): string | undefined {
  if (text === null || text === undefined) return undefined;
  const clean = text.includes("\0") ? text.replaceAll("\0", "") : text;
  if (clean.length <= cap) return clean;
  const end = isHighSurrogate(clean.charCodeAt(cap - 2)) ? cap - 2 : cap - 1;
  return `${clean.slice(0, end)}…`;
}

/** The same for a value that must be a text. @throws {TypeError} it is none: not the server that it says it is */
export function nameText(value: unknown): string {
  if (typeof value !== "string" || value === "") throw new TypeError("the source gave a name that is not a text");
  return capText(value, textCaps.name) ?? "";
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
