import { type CommandTable, walk } from "./command-table.ts";
import { complete } from "./complete.ts";
import { renderHelp } from "./help-text.ts";
import { completionScript, readQuestion, shells, toAnswer } from "./shells.ts";

/**
 * The answer to a command line that asks for help, for the version, for a completion or its script; undefined where the command
 * has to run. Everything else is left out of this path, because a shell waits for it at every press of a key.
 *
 * @param args without the program's name
 * @param width columns of the terminal
 */
export function answer(table: CommandTable, args: readonly string[], width: number): string | undefined {
  const [first, second] = args;
  if (first === "__complete") return answerCompletion(table, args.slice(1));
  if (first === "completion" && args.length === 2 && second !== undefined && !second.startsWith("-"))
    return answerScript(table, second);
  if (args.length === 1 && (first === "--version" || first === "-V")) return `${table.version}\n`;
  const isHelp = first === "help";
  const at = walk(table, isHelp ? args.slice(1) : args);
  if (!(isHelp || at.asksForHelp) || at.unknown !== undefined) return undefined;
  return renderHelp(table, at.path, width);
}

function answerCompletion(table: CommandTable, args: readonly string[]): string | undefined {
  const question = readQuestion(args);
  if (!question) return undefined;
  const completion = complete(table, question.words);
  return completion.ask ? undefined : toAnswer(question, completion);
}

function answerScript(table: CommandTable, name: string): string | undefined {
  const shell = shells.find((known) => known === name);
  return shell && completionScript(shell, table.root.name);
}
