/** The documented meaning of globs; braces do not nest. */
export function globMatches(glob: string, text: string, separators: string): boolean {
  const isSeparator = (char: string | undefined): boolean => char !== undefined && separators.includes(char);
  // `|` marks where an alternative of braces ends
  const match = (parts: readonly string[], at: number, before: string): boolean => {
    const [head, ...rest] = parts;
    if (head === undefined) return at === text.length;
    if (head === "|") return match(rest, at, "|");
    if (head === "**") {
      if (isSeparator(before) && isSeparator(rest[0]) && match(rest.slice(1), at, rest[0] ?? "")) return true;
      for (let end = at; end <= text.length; end++) if (match(rest, end, head)) return true;
      return false;
    }
    if (head === "*") {
      for (let end = at; ; end++) {
        if (match(rest, end, head)) return true;
        if (end >= text.length || isSeparator(text[end])) return false;
      }
    }
    if (head.startsWith("{")) {
      const choices = head.slice(1, -1).split(",");
      return choices.some((choice) => match([...partsOf(choice), "|", ...rest], at, "|"));
    }
    const char = text[at];
    if (char === undefined) return false;
    if (head === "?" || head.startsWith("[")) {
      if (isSeparator(char)) return false;
      if (head === "?") return match(rest, at + 1, head);
      const isNegated = head[1] === "!";
      return isInSet(head.slice(isNegated ? 2 : 1, -1), char) !== isNegated && match(rest, at + 1, head);
    }
    const literal = head.startsWith("\\") ? head.slice(1) : head;
    return literal === char && match(rest, at + 1, char);
  };
  return match(partsOf(glob), 0, "");
}

/** `a-c` in a set stands for the characters between. */
function isInSet(set: string, char: string): boolean {
  return (set.match(/.-.|./gs) ?? []).some((part) =>
    part.length === 3 ? char >= (part[0] ?? "") && char <= (part[2] ?? "") : part === char,
  );
}

function partsOf(glob: string): readonly string[] {
  return glob.match(/\\.|\*\*|\*|\{[^}]*\}|\[[^\]]*\]|./gs) ?? [];
}
