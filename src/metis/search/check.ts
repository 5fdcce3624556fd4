import { BadInputError } from "../../shared/errors.ts";
import type { SearchRequest, SearchStore } from "../ports.ts";
import { checkCondition } from "./where.ts";

const maxChanges = 1_000;
const maxPage = 1_000;
const maxFilterValues = 1_000;

/** @throws {BadInputError} a page, a list of filter values or the condition is too big */
export function checkRequest(request: SearchRequest): void {
  const { first } = request;
  if (!Number.isInteger(first) || first < 1 || first > maxPage) {
    throw new BadInputError(`\`first\` is \`${first}\`; expected a whole number from 1 to ${maxPage}`);
  }
  for (const field of ["kinds", "depots", "tags", "owners", "datasetTypes", "schemas"] as const) {
    const count = request[field]?.length ?? 0;
    if (count > maxFilterValues) {
      throw new BadInputError(`\`${field}\` has ${count} values; at most ${maxFilterValues} are allowed`);
    }
  }
  if (request.where) checkCondition(request.where);
}

/** @throws {TypeError} more changes than one call may carry */
export function checkChanges(changes: Parameters<SearchStore["apply"]>[0]): void {
  const count = changes.upserts.length + changes.deletes.length;
  if (count > maxChanges) throw new TypeError(`${count} changes in one call; at most ${maxChanges} are allowed`);
}
