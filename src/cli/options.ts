import { InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "./command-context.ts";

/** Runs an action with a context made from the global options; the action loads its module when it is called. */
export type WithContext = <Arguments extends readonly unknown[]>(
  action: (context: CommandContext, ...args: Arguments) => Promise<void>,
) => (...args: readonly unknown[]) => Promise<void>;

// What stands in the angle brackets also says how the shell completes it, see surface/complete.ts.

export const output = (): Option => oneOf("-o, --output <format>", "table, yaml or json", ["table", "yaml", "json"]);
export const resourceType = (): Option => new Option("-t, --type <type>", "depot, policy, workflow, …");
export const resourceName = (): Option => new Option("-n, --name <resource>", "name of the resource");
export const identifier = (): Option =>
  new Option("-i, --identifier <id>", "TYPE:VERSION:NAME[:WORKSPACE], or a line that `get` printed");
export const workspace = (description: string): Option => new Option("-w, --workspace <workspace>", description);
// for types without workspaces none may be given, so the server is left to take its default
export const inWorkspace = (): Option =>
  workspace("workspace of the resource, where its type has one; the server takes public where none is given");
export const manifestFiles = (description: string): Option => repeatable("-f, --manifestFile <path>", description);
export const recursive = (): Option => new Option("-R, --recursive", "look into the folders of a folder");
export const yes = (): Option => new Option("-y, --yes", "do not ask");

/** An option that may be given again; its value is the list. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((value: string, previous: readonly string[]): string[] => [...previous, value])
    .default([]);
}

/** An option for one of few words, of which the first is the default. Its command says what is wrong with another word. */
export function oneOf(flags: string, description: string, words: readonly string[]): Option {
  const option = new Option(flags, description).default(words[0]);
  option.argChoices = [...words];
  return option;
}

/** @throws {InvalidArgumentError} */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1.");
  return Number(text);
}
