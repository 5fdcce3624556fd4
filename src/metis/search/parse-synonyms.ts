import { BadInputError } from "../../shared/errors.ts";
import { maxGroups, maxPhraseLength, type SynonymGroups } from "./synonyms.ts";

const maxSynonyms = 100;

/**
 * Reads a glossary's synonyms: lines of `term,synonym;synonym`, the first line being `term,synonyms`; empty lines and those that
 * begin with `#` are skipped.
 * @param name of the file, for messages
 * @throws {BadInputError} names the first line that is wrong
 */
export function parseSynonyms(name: string, text: string): SynonymGroups {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const groups: (readonly string[])[] = [];
  let headed = false;
  for (const [at, line] of lines.entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const fail = (expected: string): never => {
      throw new BadInputError(`${name}:${at + 1}:1: ${expected}`);
    };
    if (!headed) {
      if (line.trim() !== "term,synonyms") fail("the first line names the fields; expected `term,synonyms`");
      headed = true;
      continue;
    }
    const comma = line.indexOf(",");
    const phrases = [line.slice(0, Math.max(0, comma)), ...line.slice(comma + 1).split(";")].map((phrase) =>
      phrase.trim(),
    );
    if (comma < 0 || phrases.includes("")) fail("expected a term, a comma, and synonyms with `;` between them");
    if (phrases.length > maxSynonyms)
      fail(`a term has at most ${maxSynonyms - 1} synonyms; split them over several lines`);
    if (phrases.some(({ length }) => length > maxPhraseLength)) {
      fail(`a term or synonym has at most ${maxPhraseLength} characters`);
    }
    groups.push(phrases);
    if (groups.length > maxGroups) fail(`at most ${maxGroups} terms are allowed`);
  }
  return groups;
}
