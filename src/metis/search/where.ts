import { BadInputError } from "../../shared/errors.ts";
import type { SearchCondition } from "../ports.ts";

const maxDepth = 20;
const maxParts = 1_000;
const maxValues = 1_000;

/** @throws {BadInputError} the tree is too deep, has too many parts, or one of them too many values */
export function checkCondition(condition: SearchCondition): void {
  let parts = 0;
  const check = (part: SearchCondition, depth: number): void => {
    if (depth > maxDepth) throw new BadInputError(`the filter is nested more than ${maxDepth} deep; flatten it`);
    if (++parts > maxParts) throw new BadInputError(`the filter has more than ${maxParts} parts; shorten it`);
    if (part.op === "has") {
      if (part.values.length > maxValues) {
        throw new BadInputError(`\`${part.facet}\` has ${part.values.length} values; at most ${maxValues} are allowed`);
      }
    } else if (part.op === "not") check(part.of, depth + 1);
    else for (const one of part.of) check(one, depth + 1);
  };
  check(condition, 1);
}

/** What lists of wanted values say together with the tree; `undefined`: everything passes. */
export function andConditions(parts: readonly SearchCondition[]): SearchCondition | undefined {
  const [only] = parts;
  return parts.length <= 1 ? only : { op: "and", of: parts };
}
