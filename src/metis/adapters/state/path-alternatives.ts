import { entityKinds } from "../../ports.ts";

/** A text that matches: itself, or (`open`) every text that starts with it. */
export interface PathAlternative {
  readonly text: string;
  readonly open: boolean;
}

const maxAlternatives = 128;
const beforeKind = "urn:dataos:";

/**
 * Writes a path glob as alternatives that a store can test without globs: `{a,b}` is spelled out, `**` may only end one, and the
 * kind in `urn:dataos:*:` is tried one by one. `undefined`: it has other wildcards, or too many alternatives.
 */
export function toPathAlternatives(glob: string): readonly PathAlternative[] | undefined {
  const parser = { chars: Array.from(glob), at: 0 };
  const alternatives = readSequence(parser, false);
  return parser.at === parser.chars.length ? alternatives : undefined;
}

interface Parser {
  readonly chars: readonly string[];
  at: number;
}

function readSequence(parser: Parser, inBraces: boolean): PathAlternative[] | undefined {
  const { chars } = parser;
  let sofar: PathAlternative[] | undefined = [{ text: "", open: false }];
  while (sofar && parser.at < chars.length) {
    const char = chars[parser.at] ?? "";
    if (inBraces && (char === "," || char === "}")) return sofar;
    parser.at++;
    if (char === "?" || char === "[") return undefined;
    if (char === "*") sofar = append(sofar, readStars(parser, sofar, inBraces));
    else if (char === "{") sofar = append(sofar, readChoice(parser));
    else sofar = append(sofar, [{ text: char === "\\" ? (chars[parser.at++] ?? "") : char, open: false }]);
  }
  return sofar;
}

function readStars(
  parser: Parser,
  before: readonly PathAlternative[],
  inBraces: boolean,
): PathAlternative[] | undefined {
  if (parser.chars[parser.at] === "*") {
    while (parser.chars[parser.at] === "*") parser.at++;
    return [{ text: "", open: true }];
  }
  const isKind = !inBraces && before.length === 1 && before[0]?.text === beforeKind && parser.chars[parser.at] === ":";
  return isKind ? entityKinds.map((text) => ({ text, open: false })) : undefined;
}

function readChoice(parser: Parser): PathAlternative[] | undefined {
  const choice: PathAlternative[] = [];
  for (;;) {
    const one = readSequence(parser, true);
    const end = parser.chars[parser.at++];
    if (!one || end === undefined) return undefined;
    choice.push(...one);
    if (choice.length > maxAlternatives) return undefined;
    if (end === "}") return choice;
  }
}

function append(
  before: readonly PathAlternative[],
  after: readonly PathAlternative[] | undefined,
): PathAlternative[] | undefined {
  if (!after || before.length * after.length > maxAlternatives) return undefined;
  const joined: PathAlternative[] = [];
  for (const { text, open } of before) {
    for (const next of after) {
      if (open && next.text !== "") return undefined;
      joined.push({ text: text + next.text, open: open || next.open });
    }
  }
  return joined;
}
