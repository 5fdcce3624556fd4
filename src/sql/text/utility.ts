import type { Token } from "./tokens.ts";

/** First words of statements that move no rows from table to table and name no query, as far as those words tell. */
const always: ReadonlySet<string> = new Set(
  `grant revoke deny set unset reset show describe desc explain use begin start commit rollback savepoint release analyze vacuum
   reindex cluster comment lock unlock kill flush optimize repair check checkpoint discard listen notify unlisten prepare deallocate
   declare fetch close open truncate drop undrop alter rename purge attach detach pragma load install refresh msck uncache clear add list
   remove put get ls rm go print raise raiserror throw return exec execute call do security reassign import export backup restore
   abort end shutdown bulk collect diagnose help handler xa change stop reconcile dbcc waitfor goto break continue help audit noaudit
   flashback disassociate associate administer`.split(/\s+/),
);
/** What CREATE makes that holds no rows of a query. */
const made: ReadonlySet<string> = new Set(
  `database schema role user group warehouse stage pipe task stream sequence index unique function procedure trigger type domain
   extension server policy publication subscription tablespace operator aggregate cast collation conversion language rule statistics
   foreign access masking row network integration notification storage security api share tag file secret model connection
   catalog location provider login certificate credential assembly partition synonym event resource application packages
   external bitmap clustered nonclustered columnstore spatial fulltext macro profile directory context dimension cluster library
   outline java package edition pfile spfile controlfile diskgroup constraint default transform text service listing
   password session replication failover compute image streamlit alert git organization
   managed account data join aggregation projection authentication workload availability broker endpoint queue remote
   route symmetric asymmetric xml search vector reservation assignment capacity snapshot undo logfile event`.split(
    /\s+/,
  ),
);
const modifiers: ReadonlySet<string> = new Set(
  "or replace alter if not exists temp temporary global local public private hidden secure recursive definer aggregate unlogged transient volatile multiset set".split(
    " ",
  ),
);

/**
 * The kind of a statement that has no lineage by its first words, e.g. `create role`; `undefined` where it may have some, or where its
 * brackets do not match. For what a parser does not know: such statements are skipped, never half understood.
 */
export function utilityKind(tokens: readonly Token[]): string | undefined {
  const first = tokens[0]?.word;
  if (first === undefined || !isBalanced(tokens)) return undefined;
  if (always.has(first)) return first;
  if (first !== "create" && first !== "replace") return undefined;
  for (const { word } of tokens.slice(1, 8)) {
    if (word === undefined) return undefined;
    if (made.has(word)) return `create ${word}`;
    // a table that is only declared; its columns are not known here
    if (word === "table") return tokens.some((token) => token.word === "select") ? undefined : "create table";
    if (!modifiers.has(word)) return undefined;
  }
  return undefined;
}

function isBalanced(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const { mark } of tokens) {
    if (mark === "(") depth++;
    if (mark === ")") depth--;
    if (depth < 0) return false;
  }
  return depth === 0;
}
