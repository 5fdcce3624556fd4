/** Separators: `:` in tags and predicates; `:` and `/` in paths (DESIGN §4). */
export type GlobKind = "tag" | "predicate" | "path";

export interface CompiledGlob {
  readonly glob: string;
  /** The only text that matches, where the glob has no wildcard. */
  readonly literal: string | undefined;
  /** Text that every match starts with; may be empty. */
  readonly prefix: string;
  /** Linear in `text`, whatever the glob. */
  matches(text: string): boolean;
}

/** Compiles and caches (bounded). @throws {BadInputError} an unclosed `[` or `{`, a trailing `\`, or more than 1,000 characters */
export declare function compileGlob(glob: string, kind: GlobKind): CompiledGlob;

/** An anchored regular expression (`^…$`) of the same meaning in the syntax that RE2, POSIX ARE and Java share. */
export declare function globToRegExpSource(glob: string, kind: GlobKind): string;
