import type { Attributes } from "../shared/decision.ts";
import { BadInputError } from "../shared/errors.ts";

/** A JSON object as attributes; absent is empty. @param what names it in the error @throws {BadInputError} it is no object */
export function toAttributes(value: unknown, what: string): Attributes {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Attributes;
  throw new BadInputError(
    `\`${what}\` is ${Array.isArray(value) ? "a list" : `a ${typeof value}`}, expected a JSON object`,
  );
}
