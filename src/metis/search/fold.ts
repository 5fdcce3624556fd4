/**
 * One form for texts that people take for the same word: lower case, compatibility forms and Latin, Greek and Cyrillic
 * accents removed (`Größe` and `GROSSE`, `Café` and `cafe`). Idempotent.
 */
export function foldText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase();
  // WHY: upper case first, because only it takes `ß` and the final sigma to the form of their other spellings
  const lower = text.toWellFormed().normalize("NFKD").toUpperCase().toLowerCase();
  // the marks of other scripts are vowels, not accents: they stay
  return lower
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replaceAll("ς", "σ")
    .normalize("NFC");
}
