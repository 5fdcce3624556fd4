const word = /[\p{L}\p{N}_$]+/gu;
const quoted = /"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|\[([^\]]+)\]/g;

/** Words and quoted names of a SQL text, as they stand there, each once. */
export function namesIn(text: string): ReadonlySet<string> {
  const names = new Set<string>(text.match(word) ?? []);
  for (const [, double, back, square] of text.matchAll(quoted)) {
    names.add(double?.replaceAll('""', '"') ?? back?.replaceAll("``", "`") ?? square ?? "");
  }
  return names;
}

/**
 * Tests texts for any of `names`, whatever their case: as a word of its own, so that `id` is not found in `paid`.
 * SECURITY: rather once too often: a name in a comment or a string counts too.
 */
export function createMentions(names: Iterable<string>): (text: string) => boolean {
  const words = new Set<string>();
  const others: string[] = [];
  for (const name of names) {
    const folded = fold(name);
    if (folded === "") continue;
    if (/^[\p{L}\p{N}_$]+$/u.test(folded)) words.add(folded);
    else others.push(folded, folded.replaceAll('"', '""'), folded.replaceAll("`", "``"));
  }
  if (words.size === 0 && others.length === 0) return () => false;
  return (text) => {
    const folded = fold(text);
    for (const [found] of folded.matchAll(word)) if (words.has(found)) return true;
    return others.some((name) => folded.includes(name));
  };
}

/** The same for names that are made of others, such as `orders_total_key`: parts of a word count too. */
export function createPartMentions(names: Iterable<string>): (text: string) => boolean {
  const folded = [...names].map(fold).filter((name) => name !== "");
  return (text) => {
    const inText = fold(text);
    return folded.some((name) => inText.includes(name));
  };
}

function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
