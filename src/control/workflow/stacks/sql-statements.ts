// WHY: these end or change the transaction or session that the job's limits hang on; anything else is the depot's to allow
const controlWords = [
  ...["abort", "begin", "commit", "deallocate", "discard", "end", "listen", "load", "lock", "notify", "prepare"],
  ...["reassign", "release", "reset", "rollback", "savepoint", "set", "start", "unlisten", "copy", "call", "do"],
];
const readingWords = ["explain", "select", "show", "table", "values", "with"];

/**
 * Why a statement is not taken, if it is not; that it is one statement and does not write is the database's to hold.
 * @param isWriting whether the job may write
 */
export function findStatementFault(sql: string, isWriting: boolean): string | undefined {
  const word = firstWord(sql);
  if (word === "") return "expected a statement of SQL";
  if (controlWords.includes(word))
    return `\`${word}\` is not taken here; expected a statement that works on data (transactions: \`transaction: all\` or \`each\`)`;
  if (isWriting || readingWords.includes(word)) return undefined;
  const list = readingWords.map((known) => `\`${known}\``).join(", ");
  return `\`${word.slice(0, 40)}\` may write, and the job only reads; expected one of ${list}, or \`access: rw\``;
}

/** In small letters; without the comments, brackets and blanks before it. */
function firstWord(sql: string): string {
  let rest = sql;
  for (;;) {
    const text = rest.trimStart();
    if (text.startsWith("--")) rest = text.includes("\n") ? text.slice(text.indexOf("\n") + 1) : "";
    else if (text.startsWith("/*")) rest = afterComment(text);
    else if (text.startsWith("(")) rest = text.slice(1);
    else return /^[a-z_]+/i.exec(text)?.[0].toLowerCase() ?? text.slice(0, 1);
  }
}

/** Comments of PostgreSQL stand in each other. */
function afterComment(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const two = text.slice(at, at + 2);
    if (two === "/*") depth++;
    else if (two === "*/") depth--;
    else continue;
    at++;
    if (depth === 0) return text.slice(at + 1);
  }
  return "";
}
