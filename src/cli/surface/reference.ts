import { type CommandEntry, type CommandTable, commonOptions, type OptionEntry } from "./command-table.ts";
import { describeOption, placeholderOf } from "./help-text.ts";

/** The documentation of every command as Markdown: docs/cli.md. */
export function renderReference(table: CommandTable): string {
  const { root } = table;
  const shown = root.commands.filter(({ isHidden }) => !isHidden);
  const groups = [...new Set(shown.map(({ group }) => group))];
  const same = shown.find(({ name }) => name === "resource");
  const lines = [
    "# Commands of `dataos-ctl`",
    "",
    "<!-- Generated from the program by `npm run generate`; do not edit. -->",
    "",
    "Options may stand anywhere behind the command. One resource is named by `TYPE NAME`, `TYPE/NAME`, `TYPE/WORKSPACE/NAME`, by `-t` and `-n`",
    "(and `-w`), or by `-i TYPE:VERSION:NAME[:WORKSPACE]`; a line that `get` printed will do for `-i`.",
    "",
    "```",
    ...table.notes.split("\n"),
    "```",
    "",
    "## Options of every command",
    "",
    ...optionTable(commonOptions(table)),
    "",
    ...groups.flatMap((group) => [
      `## ${group}`,
      "",
      ...shown
        .filter((entry) => entry.group === group)
        .flatMap((entry) => (entry === same ? sameCommands(entry) : commandSection(entry, [root.name]))),
    ]),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function sameCommands({ name, commands }: CommandEntry): string[] {
  const list = commands.map((entry) => `\`${name} ${entry.name}\``).join(", ");
  return [`### \`dataos-ctl ${name}\``, "", `The commands above under another name: ${list}.`, ""];
}

function commandSection(command: CommandEntry, parents: readonly string[]): string[] {
  const names = [...parents, command.name];
  const inner = command.commands.filter(({ isHidden }) => !isHidden);
  if (inner.length > 0)
    return [
      `### \`${names.join(" ")}\``,
      "",
      `${escapeText(toSentence(command.summary))}`,
      "",
      ...inner.flatMap((entry) => commandSection(entry, names)),
    ];
  const usage = [
    ...names,
    ...command.arguments.map(placeholderOf),
    ...(command.options.length > 0 ? ["[options]"] : []),
  ];
  const named = command.arguments.filter(({ summary }) => summary !== "");
  return [
    `${"#".repeat(Math.min(4, parents.length + 2))} \`${names.join(" ")}\``,
    "",
    escapeText(toSentence(command.summary)),
    ...(command.aliases.length > 0 ? ["", `Also: ${command.aliases.map((alias) => `\`${alias}\``).join(", ")}.`] : []),
    "",
    "```",
    usage.join(" "),
    ...command.examples,
    "```",
    "",
    ...(named.length > 0
      ? ["| argument | |", "|---|---|", ...named.map((entry) => row(placeholderOf(entry), entry.summary)), ""]
      : []),
    ...(command.options.length > 0 ? [...optionTable(command.options), ""] : []),
  ];
}

function optionTable(options: readonly OptionEntry[]): string[] {
  const shown = options.filter(({ isHidden }) => !isHidden);
  return ["| option | |", "|---|---|", ...shown.map((option) => row(option.flags, describeOption(option)))];
}

function row(code: string, text: string): string {
  return `| \`${code.replaceAll("|", "\\|")}\` | ${escapeText(text)} |`;
}

/** What Markdown would take for its own, outside of code. */
function escapeText(text: string): string {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part.replace(/[|*_<>]/g, "\\$&") : part.replaceAll("|", "\\|")))
    .join("`");
}

function toSentence(summary: string): string {
  const text = summary.charAt(0).toUpperCase() + summary.slice(1);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
