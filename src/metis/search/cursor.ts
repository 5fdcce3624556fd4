import { createHash } from "node:crypto";
import { BadInputError } from "../../shared/errors.ts";
import type { SearchRequest } from "../ports.ts";

/** Where a page ended: hits are sorted by score (falling), name, urn. */
export interface SearchPosition {
  readonly score: number;
  readonly name: string;
  readonly urn: string;
}

/** Writes an opaque cursor; it is good for the same text and filters only. */
export function toCursor(request: SearchRequest, { score, name, urn }: SearchPosition): string {
  return Buffer.from(JSON.stringify([fingerprint(request), score, name, urn])).toString("base64url");
}

/** @throws {BadInputError} not a cursor, or one of another search */
export function fromCursor(request: SearchRequest): SearchPosition | undefined {
  if (request.after === undefined) return undefined;
  const [print, score, name, urn] = decode(request.after);
  if (typeof score !== "number" || !Number.isFinite(score) || typeof name !== "string" || typeof urn !== "string") {
    throw new BadInputError("`after` is not a cursor of a search; pass one that a search gave, or leave it out");
  }
  if (print !== fingerprint(request)) {
    throw new BadInputError("`after` is a cursor of another search; use it with the same text and filters");
  }
  return { score, name, urn };
}

function decode(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor.slice(0, 40_000), "base64url").toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function fingerprint(request: SearchRequest): string {
  const { text, kinds, depots, tags, owners, datasetTypes, schemas, where } = request;
  const lists = [kinds, depots, tags, owners, datasetTypes, schemas].map((list) => [...(list ?? [])].sort());
  return createHash("sha256")
    .update(JSON.stringify([text, lists, ...(where ? [where] : [])]))
    .digest("base64url")
    .slice(0, 12);
}
