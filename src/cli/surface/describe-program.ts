import type { Argument, Command, Option } from "commander";
import type { ArgumentEntry, CommandEntry, CommandTable, OptionEntry } from "./command-table.ts";

/** What the parser's tree does not hold. */
export interface Notes {
  readonly version: string;
  readonly notes: string;
  readonly words: CommandTable["words"];
  /** lines for the command of this path, e.g. `user apikey create` */
  readonly examplesOf: (path: string) => readonly string[];
}

/** The table of a program: the same for its help, its completion and its documentation. */
export function toCommandTable(program: Command, { version, notes, words, examplesOf }: Notes): CommandTable {
  const describe = (command: Command, path: readonly string[], isHidden: boolean): CommandEntry => {
    const visible = new Set(command.createHelp().visibleCommands(command));
    return {
      name: command.name(),
      aliases: command.aliases(),
      summary: command.description(),
      group: command.helpGroup().replace(/:$/, ""),
      isHidden,
      arguments: command.registeredArguments.map(describeArgument),
      options: command.options.map(describeOption),
      examples: examplesOf(path.join(" ")),
      commands: command.commands.map((inner) => describe(inner, [...path, inner.name()], !visible.has(inner))),
    };
  };
  return { version, root: describe(program, [], false), notes, words };
}

function describeArgument(argument: Argument): ArgumentEntry {
  return {
    name: argument.name(),
    summary: argument.description,
    isRequired: argument.required,
    isVariadic: argument.variadic,
    ...(argument.argChoices && { choices: argument.argChoices }),
  };
}

function describeOption(option: Option): OptionEntry {
  const { flags, short, long, description, defaultValue, mandatory, hidden, argChoices } = option;
  const value = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1];
  const isTold = typeof defaultValue === "string" || typeof defaultValue === "number";
  return {
    flags,
    ...(short !== undefined && { short }),
    long: long ?? flags,
    ...(value !== undefined && { value }),
    ...(argChoices && { choices: argChoices }),
    summary: description,
    ...(isTold && { default: String(defaultValue) }),
    isMandatory: mandatory,
    // a repeatable option collects into a list, which is there from the beginning
    isRepeatable: Array.isArray(defaultValue),
    isHidden: hidden,
  };
}
