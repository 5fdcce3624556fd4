/** The command line as data: enough to print its help and to complete it without loading a single command. */
export interface CommandTable {
  readonly version: string;
  readonly root: CommandEntry;
  /** stands at the end of the help of the root */
  readonly notes: string;
  /** words that complete a value, by what stands in its angle brackets, e.g. `type` -> depot, policy, … */
  readonly words: { readonly [placeholder: string]: readonly string[] };
}

export interface CommandEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** heading under which its parent lists it */
  readonly group: string;
  readonly isHidden: boolean;
  readonly arguments: readonly ArgumentEntry[];
  readonly options: readonly OptionEntry[];
  readonly examples: readonly string[];
  readonly commands: readonly CommandEntry[];
}

export interface ArgumentEntry {
  /** what it stands for, e.g. `dataset`; also says how it is completed */
  readonly name: string;
  readonly summary: string;
  readonly isRequired: boolean;
  /** takes all the rest */
  readonly isVariadic: boolean;
  /** the words it may be, where they are few */
  readonly choices?: readonly string[];
}

export interface OptionEntry {
  /** as documented, e.g. `-t, --type <type>` */
  readonly flags: string;
  /** `-t` */
  readonly short?: string;
  /** `--type` */
  readonly long: string;
  /** what its value stands for; absent where it takes none */
  readonly value?: string;
  /** the words that the value may be, where they are few */
  readonly choices?: readonly string[];
  readonly summary: string;
  /** of a text or number; absent where there is none worth telling */
  readonly default?: string;
  readonly isMandatory: boolean;
  readonly isRepeatable: boolean;
  readonly isHidden: boolean;
}

/** Where a list of words leads to: the command, and what is left open. */
export interface Walk {
  /** from the root (not included) to the command */
  readonly path: readonly CommandEntry[];
  readonly command: CommandEntry;
  /** the positional arguments that the command has got */
  readonly arguments: readonly string[];
  /** the option whose value comes next */
  readonly awaited?: OptionEntry;
  /** values of options by their long name, the last first */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** `--` was given: no more options */
  readonly isEnded: boolean;
  /** a help flag stands among the options */
  readonly asksForHelp: boolean;
  /** a command that the table does not have */
  readonly unknown?: string;
}

/** Follows `words` (without the program's name) as the parser does. */
export function walk(table: CommandTable, words: readonly string[]): Walk {
  const path: CommandEntry[] = [];
  const values = new Map<string, string[]>();
  let command = table.root;
  const given: string[] = [];
  let awaited: OptionEntry | undefined;
  let isEnded = false;
  let asksForHelp = false;
  let unknown: string | undefined;
  const keep = (option: OptionEntry, value: string): void => {
    values.set(option.long, [value, ...(values.get(option.long) ?? [])]);
  };
  for (const word of words) {
    if (awaited) {
      keep(awaited, word);
      awaited = undefined;
    } else if (!isEnded && word === "--") {
      isEnded = true;
    } else if (!isEnded && word.startsWith("-") && word !== "-") {
      if (word === "-h" || word === "--help") asksForHelp = true;
      const [flag, value] = splitOption(word);
      const option = optionsOf(table, command).find(({ short, long }) => flag === long || flag === short);
      if (option?.value !== undefined) {
        if (value === undefined) awaited = option;
        else keep(option, value);
      }
    } else {
      const inner = given.length === 0 ? findCommand(command, word) : undefined;
      if (inner) {
        command = inner;
        path.push(inner);
      } else {
        if (command.commands.length > 0 && command.arguments.length === 0) unknown ??= word;
        given.push(word);
      }
    }
  }
  return {
    path,
    command,
    arguments: given,
    values,
    isEnded,
    asksForHelp,
    ...(awaited && { awaited }),
    ...(unknown !== undefined && { unknown }),
  };
}

/** The options of `command` and those that every command takes. */
export function optionsOf(table: CommandTable, command: CommandEntry): readonly OptionEntry[] {
  return command === table.root ? command.options : [...command.options, ...commonOptions(table)];
}

/** Options that stand behind any command. */
export function commonOptions({ root }: CommandTable): readonly OptionEntry[] {
  return root.options.filter(({ long }) => long !== "--version");
}

/** The command below `command` of this name or alias. */
function findCommand(command: CommandEntry, word: string): CommandEntry | undefined {
  return command.commands.find(({ name, aliases }) => name === word || aliases.includes(word));
}

/** `--type=x` and `-tx` as flag and value. */
function splitOption(word: string): readonly [flag: string, value: string | undefined] {
  if (word.startsWith("--")) {
    const at = word.indexOf("=");
    return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
  }
  return word.length > 2 ? [word.slice(0, 2), word.slice(2)] : [word, undefined];
}
