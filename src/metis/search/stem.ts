/**
 * The stem of a lower-case English word (`customers`, `customer` -> `custom`); other words come back as they are.
 * @see https://tartarus.org/martin/PorterStemmer/def.txt — the algorithm, with its published departures in step 2
 */
export function stem(word: string): string {
  if (word.length <= 2 || !/^[a-z]+$/.test(word)) return word;
  let result = step1a(word);
  result = step1b(result);
  if (/y$/.test(result) && hasVowel(result.slice(0, -1))) result = `${result.slice(0, -1)}i`;
  result = replaceSuffix(result, step2, 1);
  result = replaceSuffix(result, step3, 1);
  result = step4(result);
  return step5(result);
}

const step2: readonly (readonly [suffix: string, by: string])[] = [
  ["ational", "ate"],
  ["ization", "ize"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["tional", "tion"],
  ["biliti", "ble"],
  ["entli", "ent"],
  ["ousli", "ous"],
  ["ation", "ate"],
  ["alism", "al"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["alli", "al"],
  ["ator", "ate"],
  ["logi", "log"],
  ["bli", "ble"],
  ["eli", "e"],
];
const step3: readonly (readonly [suffix: string, by: string])[] = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ness", ""],
  ["ful", ""],
];
const step4Suffixes = [
  "ement",
  "ance",
  "ence",
  "able",
  "ible",
  "ment",
  "ant",
  "ent",
  "ion",
  "ism",
  "ate",
  "iti",
  "ous",
  "ive",
  "ize",
  "al",
  "er",
  "ic",
  "ou",
];

function step1a(word: string): string {
  if (word.endsWith("sses")) return word.slice(0, -2);
  if (word.endsWith("ies")) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

function step1b(word: string): string {
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = word.endsWith("ed") ? "ed" : word.endsWith("ing") ? "ing" : undefined;
  if (suffix === undefined) return word;
  const base = word.slice(0, -suffix.length);
  if (!hasVowel(base)) return word;
  if (/(at|bl|iz)$/.test(base)) return `${base}e`;
  if (endsWithDoubleConsonant(base) && !/[lsz]$/.test(base)) return base.slice(0, -1);
  return measure(base) === 1 && endsWithShortSyllable(base) ? `${base}e` : base;
}

function replaceSuffix(word: string, rules: readonly (readonly [string, string])[], minMeasure: number): string {
  for (const [suffix, by] of rules) {
    if (!word.endsWith(suffix)) continue;
    const base = word.slice(0, -suffix.length);
    return measure(base) >= minMeasure ? base + by : word;
  }
  return word;
}

function step4(word: string): string {
  for (const suffix of step4Suffixes) {
    if (!word.endsWith(suffix)) continue;
    const base = word.slice(0, -suffix.length);
    return measure(base) > 1 && (suffix !== "ion" || /[st]$/.test(base)) ? base : word;
  }
  return word;
}

function step5(word: string): string {
  let result = word;
  if (result.endsWith("e")) {
    const base = result.slice(0, -1);
    const m = measure(base);
    if (m > 1 || (m === 1 && !endsWithShortSyllable(base))) result = base;
  }
  return result.endsWith("ll") && measure(result) > 1 ? result.slice(0, -1) : result;
}

/** The word's letters as `v` and `c`; a `y` after a consonant is a vowel. */
function toShape(word: string): string {
  let shape = "";
  for (let at = 0; at < word.length; at++) {
    const char = word.charAt(at);
    const vowel = /[aeiou]/.test(char) || (char === "y" && at > 0 && shape.charAt(at - 1) === "c");
    shape += vowel ? "v" : "c";
  }
  return shape;
}

/** How many times vowels are followed by consonants. */
function measure(word: string): number {
  return toShape(word).match(/v+c+/g)?.length ?? 0;
}

function hasVowel(word: string): boolean {
  return toShape(word).includes("v");
}

function endsWithDoubleConsonant(word: string): boolean {
  return word.length > 1 && word.at(-1) === word.at(-2) && toShape(word).endsWith("cc");
}

function endsWithShortSyllable(word: string): boolean {
  return toShape(word).endsWith("cvc") && !/[wxy]$/.test(word);
}
