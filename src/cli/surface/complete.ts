import { type CommandTable, type OptionEntry, optionsOf, walk } from "./command-table.ts";

/** A word that may stand next, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly summary: string;
}

export interface Completion {
  /** the part of the last word ahead of what is completed, e.g. `--type=` */
  readonly prefix: string;
  /** those that begin with what is typed, in the order of the table */
  readonly candidates: readonly Candidate[];
  /** files and folders may stand here too */
  readonly files: boolean;
  /** only the server or a file of the user knows these: what stands in the angle brackets, and the options given so far */
  readonly ask?: { readonly placeholder: string; readonly typed: string; readonly values: Walked };
}

type Walked = ReadonlyMap<string, readonly string[]>;

const filePlaceholders: ReadonlySet<string> = new Set(["path", "file", "old", "new"]);
/** Placeholders whose words are not in the table: what is stored on the server or in the user's file of contexts. */
const askedPlaceholders: ReadonlySet<string> = new Set([
  "resource",
  "workflow",
  "workspace",
  "context",
  "user",
  "run-id",
  "depot",
]);

/** What may stand at the end of `words`, the last of which is being typed (an empty one where a new one begins). */
export function complete(table: CommandTable, words: readonly string[]): Completion {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const at = walk(table, before);
  if (at.unknown !== undefined) return nothing;
  const values = new Map(at.values);
  // what is said by its place is said as by the option of the same name
  at.arguments.forEach((value, index) => {
    const name = at.command.arguments[index]?.name;
    if (name !== undefined) values.set(`--${name}`, [value]);
  });
  if (at.awaited) return completeValue(table, at.awaited, typed, "", values);
  const options = optionsOf(table, at.command);
  if (!at.isEnded && typed.startsWith("-")) {
    const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
    const assigned = options.find(({ long }) => long === flag);
    if (assigned && value !== undefined) return completeValue(table, assigned, value, `${flag}=`, values);
    const open = options.filter(({ isHidden, isRepeatable, long }) => !isHidden && (isRepeatable || !isGiven(long)));
    const candidates = open.map(({ long, summary }) => ({ value: long, summary }));
    return toCompletion([...candidates, { value: "--help", summary: "help for the command" }], typed, "");
  }
  function isGiven(long: string): boolean {
    return before.some((word) => word === long || word.startsWith(`${long}=`));
  }
  if (at.arguments.length === 0 && at.command.commands.length > 0) {
    const shown = at.command.commands.filter(({ isHidden }) => !isHidden);
    const names = shown.map(({ name, summary }) => ({ value: name, summary }));
    const found = toCompletion(names, typed, "");
    // an alias is offered only to who has begun to type it
    const aliases = shown.flatMap((entry) => entry.aliases.map((value) => ({ value, summary: entry.summary })));
    return found.candidates.length > 0 || typed === "" ? found : toCompletion(aliases, typed, "");
  }
  const entries = at.command.arguments;
  const entry = entries[at.arguments.length] ?? (entries.at(-1)?.isVariadic ? entries.at(-1) : undefined);
  return entry ? completeValue(table, { ...entry, value: entry.name }, typed, "", values) : nothing;
}

const nothing: Completion = { prefix: "", candidates: [], files: false };

function completeValue(
  table: CommandTable,
  { value: placeholder = "", choices }: Pick<OptionEntry, "value" | "choices">,
  typed: string,
  prefix: string,
  values: Walked,
): Completion {
  if (filePlaceholders.has(placeholder)) return { prefix, candidates: [], files: true };
  if (askedPlaceholders.has(placeholder))
    return { prefix, candidates: [], files: false, ask: { placeholder, typed, values } };
  const words = choices ?? (Object.hasOwn(table.words, placeholder) ? table.words[placeholder] : undefined) ?? [];
  return toCompletion(
    words.map((value) => ({ value, summary: "" })),
    typed,
    prefix,
  );
}

/** Those of `candidates` that begin with `typed`. */
export function toCompletion(candidates: readonly Candidate[], typed: string, prefix: string): Completion {
  return { prefix, candidates: candidates.filter(({ value }) => value.startsWith(typed)), files: false };
}
