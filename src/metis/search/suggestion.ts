import { BadInputError } from "../../shared/errors.ts";
import { formatUrn, parseUrn, type Urn } from "../../shared/urn.ts";
import type { EntityKind } from "../ports.ts";
import { foldText } from "./fold.ts";
import { toNameStarts } from "./index-document.ts";
import { checkText } from "./query-plan.ts";

/** What names and columns have to start with. */
export interface SuggestionQuery {
  readonly folded: string;
  /** any of them, for `IndexedDocument.names` of stage 1 */
  readonly starts: readonly string[];
  readonly first: number;
}

export interface Suggestion {
  readonly text: string;
  readonly urn: Urn;
  readonly kind: EntityKind;
}

const maxSuggestions = 100;
const maxPrefixLength = 200;

/**
 * Reads what was typed so far; `undefined` where that is nothing.
 * @throws {BadInputError} more than 1,000 characters, or `first` not in 1..100
 */
export function toSuggestionQuery(prefix: string, first: number): SuggestionQuery | undefined {
  checkText(prefix);
  if (!Number.isInteger(first) || first < 1 || first > maxSuggestions) {
    throw new BadInputError(`\`first\` is \`${first}\`; expected a whole number from 1 to ${maxSuggestions}`);
  }
  const folded = foldText(prefix).trimStart().slice(0, maxPrefixLength);
  return folded.trim() === "" ? undefined : { folded, starts: toNameStarts(folded), first };
}

/** A column as a suggestion. */
export function columnSuggestion(dataset: string, name: string): Suggestion {
  return { text: name, urn: formatUrn({ ...parseUrn(dataset), field: [name] }), kind: "column" };
}
