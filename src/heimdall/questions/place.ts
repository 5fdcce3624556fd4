import { createHash } from "node:crypto";
import { BadInputError } from "../../shared/errors.ts";

/** Where a search is, as tokens say it. A token belongs to one question. */
export interface Places<P> {
  /** `undefined`: from the beginning. @throws {BadInputError} no token of this question */
  open(token: string | undefined): P | undefined;
  token(place: P): string;
}

const maxFirst = 1_000;
const maxTokenLength = 8_192;

/** @param question everything that changes what is found @param parse a place from what a token holds, where it holds one */
export function placesOf<P>(question: unknown, parse: (value: unknown) => P | undefined): Places<P> {
  const mark = createHash("sha256").update(JSON.stringify(question)).digest("base64url").slice(0, 16);
  return {
    token: (place) => Buffer.from(JSON.stringify([mark, place])).toString("base64url"),
    open(token) {
      if (token === undefined) return undefined;
      const place = readToken(token, mark, parse);
      if (place !== undefined) return place;
      throw new BadInputError("the page token is not one of this search; take `next` of the page before");
    },
  };
}

function readToken<P>(token: string, mark: string, parse: (value: unknown) => P | undefined): P | undefined {
  if (token.length > maxTokenLength) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(value) && value.length === 2 && value[0] === mark ? parse(value[1]) : undefined;
  } catch {
    // told by the caller
    return undefined;
  }
}

/** @throws {BadInputError} not 1 to 1,000 */
export function checkFirst(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= maxFirst) return first;
  throw new BadInputError(`a page of ${first} was asked for; expected a whole number from 1 to ${maxFirst}`);
}

export function parseText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
