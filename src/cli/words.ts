import { errorFaces } from "../shared/errors.ts";
import { suggestion } from "../shared/nearest.ts";
import { CommandError } from "./client.ts";

/** The one of `words` that `text` is. @throws {CommandError} it is none, with the nearest */
export function parseWord<Word extends string>(what: string, text: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  throw new CommandError(
    `unknown ${what} \`${text}\`${suggestion(text, words)} (known: ${words.join(", ")})`,
    errorFaces.BAD_USER_INPUT.exit,
  );
}

/** `1 table`, `2 tables`. */
export function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? "" : "s"}`;
}
