import type { Command } from "commander";
import { output } from "./options.ts";

/** `dataos-ctl context …`: servers by name. They need no server, but for the check of a new key. */
export function addContextCommands(program: Command): void {
  const commands = program.command("context").description("name servers and say which one is meant");
  commands
    .command("list")
    .description("list them; * is in use")
    .addOption(output())
    .action(async (options: { output: string }) =>
      (await import("./commands/context.ts")).listContexts(options.output),
    );
  commands
    .command("use")
    .alias("select")
    .description("talk to this server from now on")
    .argument("[context]", "instead of -n")
    .option("-n, --name <context>", "name of the context")
    .action(async (name: string | undefined, options: { name?: string }) =>
      (await import("./commands/context.ts")).useContext(name ?? options.name),
    );
  commands
    .command("add")
    .description(
      "keep the server address of --url and its API key, the key readable for you alone; replaces one of the same name",
    )
    .argument("<name>", "what you call it")
    .option(
      "--apikey-stdin",
      "read the key from standard input; else it is asked for, or taken from --apikey or DATAOS_APIKEY",
    )
    .option("--no-check", "do not ask the server whether it takes the key")
    .option("--no-use", "leave the one in use as it is")
    .action(async (name: string, _: object, command: Command) =>
      (await import("./commands/context.ts")).addContext(name, command.optsWithGlobals() as never),
    );
  commands
    .command("remove")
    .alias("delete")
    .description("forget a server and its key")
    .argument("[context]", "instead of -n")
    .option("-n, --name <context>", "name of the context")
    .action(async (name: string | undefined, options: { name?: string }) =>
      (await import("./commands/context.ts")).removeContext(name ?? options.name),
    );
  commands
    .command("show")
    .description("show where commands go now, and why; never the key")
    .addOption(output())
    .action(async (_: object, command: Command) =>
      (await import("./commands/context.ts")).showContext(command.optsWithGlobals() as never),
    );
}
