import {
  type ArgumentEntry,
  type CommandEntry,
  type CommandTable,
  commonOptions,
  type OptionEntry,
} from "./command-table.ts";

type Row = readonly [term: string, summary: string];

const gap = 2;
const narrowest = 40;

/**
 * The help of the command at the end of `path` (of the program where it is empty), for a terminal of `width` columns. Ends with a
 * line break.
 */
export function renderHelp(table: CommandTable, path: readonly CommandEntry[], width: number): string {
  const command = path.at(-1) ?? table.root;
  const columns = Math.max(narrowest, width);
  const names = [table.root.name, ...path.map(({ name }) => name)].join(" ");
  const parts = [
    [wrap(`Usage: ${names}${usageOf(command)}`, columns, 7)],
    [wrap(toSentence(command.summary), columns, 0)],
    ...section("Arguments", argumentRows(command.arguments), columns),
    ...section("Options", optionRows([...command.options, ...(command === table.root ? [] : [helpOption])]), columns),
    ...commandSections(command, columns),
    ...(command === table.root ? [] : section("Of every command", optionRows(commonOptions(table)), columns)),
    ...(command.examples.length > 0 ? [["Examples:", ...command.examples.map((line) => `  ${line}`)]] : []),
    ...(command === table.root ? [table.notes.split("\n")] : []),
  ];
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

const helpOption: OptionEntry = {
  flags: "-h, --help",
  long: "--help",
  summary: "this text",
  isMandatory: false,
  isRepeatable: false,
  isHidden: false,
};

/** What stands behind the name: `[options] <urn>`. */
function usageOf(command: CommandEntry): string {
  const words = command.arguments.map(placeholderOf);
  if (command.commands.length > 0) words.push("<command>");
  if (command.options.length > 0) words.unshift("[options]");
  return words.map((word) => ` ${word}`).join("");
}

/** `<urn>`, `[user]`, `[words...]`. */
export function placeholderOf({ name, isRequired, isVariadic }: ArgumentEntry): string {
  const inner = `${name}${isVariadic ? "..." : ""}`;
  return isRequired ? `<${inner}>` : `[${inner}]`;
}

/** What is told of an option: its summary, whether it has to be given or may be repeated, its default. */
export function describeOption(option: OptionEntry): string {
  const notes = [
    option.isMandatory && "required",
    option.isRepeatable && "may be repeated",
    option.default !== undefined && `default: ${option.default}`,
  ].filter(Boolean);
  return notes.length === 0 ? option.summary : `${option.summary} (${notes.join("; ")})`;
}

function argumentRows(entries: readonly ArgumentEntry[]): Row[] {
  return entries.filter(({ summary }) => summary !== "").map((entry) => [placeholderOf(entry), entry.summary]);
}

function optionRows(options: readonly OptionEntry[]): Row[] {
  return options
    .filter(({ isHidden }) => !isHidden)
    .map((option) => [`${option.flags.startsWith("--") ? "    " : ""}${option.flags}`, describeOption(option)]);
}

function commandSections(command: CommandEntry, columns: number): string[][] {
  const shown = command.commands.filter(({ isHidden }) => !isHidden);
  const groups = [...new Set(shown.map(({ group }) => group))];
  return groups.flatMap((group) => {
    const rows = shown
      .filter((entry) => entry.group === group)
      .map(({ name, aliases, summary }): Row => [[name, ...aliases].join(", "), summary]);
    return section(group || "Commands", rows, columns);
  });
}

/** Two columns; where the terminal is narrow, the summaries stand below their terms. */
function section(title: string, rows: readonly Row[], columns: number): string[][] {
  if (rows.length === 0) return [];
  const widest = Math.max(...rows.map(([term]) => term.length));
  const indent = 2 + widest + gap;
  const isStacked = columns - indent < narrowest;
  const lines = rows.map(([term, summary]) =>
    isStacked
      ? `  ${term}\n${" ".repeat(6)}${wrap(summary, columns, 6)}`
      : `  ${term.padEnd(widest + gap)}${wrap(summary, columns, indent)}`,
  );
  return [[`${title}:`, ...lines]];
}

/** Breaks between words so that no line is longer than `columns`; all lines but the first are indented. */
function wrap(text: string, columns: number, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

function toSentence(summary: string): string {
  const text = summary.charAt(0).toUpperCase() + summary.slice(1);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
