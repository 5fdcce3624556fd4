/** A statement of a script. */
export interface ScriptStatement {
  /** without the comments before it and the semicolon behind it */
  readonly text: string;
  /** that it starts in, from 1 */
  readonly line: number;
}

/** Blanks, comments, quoted texts and names, dollar-quoted texts, words, and anything else by one character. */
const token =
  /\s+|--[^\n]*|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*|[\s\S]/y;

/**
 * Cuts a script of PostgreSQL at its semicolons: not at those in texts, comments and the bodies of functions. Linear; what is not
 * ended goes to its end, and the server says what is wrong with it.
 */
export function splitStatements(script: string): readonly ScriptStatement[] {
  const statements: ScriptStatement[] = [];
  let start: number | undefined;
  let end = 0;
  /** of `begin atomic … end` and the `case … end` in it */
  let depth = 0;
  let before = "";
  const close = (): void => {
    if (start !== undefined) {
      const line = script.slice(0, start).split("\n").length;
      statements.push({ text: script.slice(start, end), line });
    }
    start = undefined;
    depth = 0;
    before = "";
  };
  for (let at = 0; at < script.length; ) {
    const isComment = script.startsWith("/*", at);
    token.lastIndex = at;
    const match = token.exec(script);
    const found = match?.[0] ?? script.charAt(at);
    let next = at + found.length;
    if (isComment) next = afterComment(script, at);
    else if (/^\$.*\$$/s.test(found) && found.startsWith("$")) {
      const closing = script.indexOf(found, next);
      next = closing < 0 ? script.length : closing + found.length;
    }
    const isBlank = isComment || /^(?:\s|--)/.test(found);
    if (found === ";" && depth === 0) close();
    else if (!isBlank) {
      const word = found.toLowerCase();
      if ((word === "atomic" && before === "begin") || (word === "case" && depth > 0)) depth++;
      else if (word === "end" && depth > 0) depth--;
      before = word;
      start ??= at;
      end = next;
    }
    at = next;
  }
  close();
  return statements;
}

/** Comments of PostgreSQL stand in each other. */
function afterComment(script: string, start: number): number {
  let depth = 0;
  for (let at = start; at < script.length; at++) {
    const two = script.slice(at, at + 2);
    if (two !== "/*" && two !== "*/") continue;
    depth += two === "/*" ? 1 : -1;
    at++;
    if (depth === 0) return at + 1;
  }
  return script.length;
}
