import { type Command, Option } from "commander";
import type { CommandContext } from "./command-context.ts";

type WithContext = <Arguments extends readonly unknown[]>(
  action: (context: CommandContext, ...args: Arguments) => Promise<void>,
) => (...args: readonly unknown[]) => Promise<void>;

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];
const repeatable = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect).default([]);

/** `dataos-ctl grant …`: ask for access, and decide on who asked. */
export function addGrantCommands(program: Command, withContext: WithContext): void {
  const grant = program.command("grant").description("ask for access, and decide on what others ask for");
  grant
    .command("list")
    .description("list requests, your own and those that you may see")
    .option("--state <state>", "requested, approved, rejected, expired or used")
    .addOption(new Option("-o, --output <format>", "table, yaml or json").default("table"))
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/grant.ts")).listGrants(context, options),
      ),
    );
  grant
    .command("request")
    .description("ask for what a use-case gives; somebody else approves it")
    .argument("<use-case>", "e.g. read-dataset")
    .addOption(repeatable("--subject <tag>", "who it is for, e.g. users:id:alice (default: you)"))
    .addOption(repeatable("--value <atom.variable=value>", "e.g. read-dataset.depot=sales"))
    .option("-n, --name <name>", "name of the grant (default: the use-case and some characters)")
    .option("--notes <text>", "why")
    .option("--until <time>", "RFC 3339")
    .option("--duration <time>", "8h, 30m, 7d; from the approval on")
    .option("--single-use", "for one decision only")
    .action(
      withContext(async (context, useCase: string, options: never) =>
        (await import("./commands/grant.ts")).requestGrant(context, useCase, options),
      ),
    );
  for (const word of ["approve", "reject"] as const) {
    grant
      .command(word)
      .description(word === "approve" ? "grant what was asked for; nobody approves their own" : "refuse it")
      .argument("<name>", "name of the request")
      .option("--notes <text>", "why")
      .action(
        withContext(async (context, name: string, options: never) =>
          (await import("./commands/grant.ts")).decideGrant(context, name, word === "approve", options),
        ),
      );
  }
}
