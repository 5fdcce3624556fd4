import { BadInputError } from "../../../shared/errors.ts";

/** An opaque cursor over sort keys. */
export function toCursor(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString("base64url");
}

/** The sort keys of a cursor. @throws {BadInputError} it was not made by `toCursor` with as many keys */
export function fromCursor(cursor: string, count: number): readonly string[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor.slice(0, 2048), "base64url").toString("utf8"));
    if (Array.isArray(keys) && keys.length === count && keys.every((key) => typeof key === "string")) return keys;
  } catch {
    // told below
  }
  throw new BadInputError("`after` is not a cursor of this list; take it from a page before, or leave it out");
}
