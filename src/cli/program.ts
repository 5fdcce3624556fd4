import { readFileSync } from "node:fs";
import { Argument, Command } from "commander";
import { createClient } from "./client.ts";
import { type CommandContext, createCommandContext } from "./command-context.ts";
import { addContextCommands } from "./context-commands.ts";
import { addGrammarCommands } from "./grammar-commands.ts";
import { addGrantCommands } from "./grant-commands.ts";
import { examplesOf, programNotes } from "./help.ts";
import { oneOf, output, positiveInteger, repeatable, type WithContext } from "./options.ts";
import { printable } from "./output/table.ts";
import { addPolicyCommands } from "./policy-commands.ts";
import { addResourceCommands } from "./resource-commands.ts";
import { loadConnection } from "./settings.ts";
import { addSqlCommands } from "./sql-commands.ts";
import type { CommandEntry, CommandTable } from "./surface/command-table.ts";
import { toCommandTable } from "./surface/describe-program.ts";
import { renderHelp } from "./surface/help-text.ts";
import { shells } from "./surface/shells.ts";

/** The options that every command takes. */
interface GlobalOptions {
  readonly url?: string;
  readonly apikey?: string;
  readonly context?: string;
  readonly quiet?: boolean;
}

/** Builds the command tree; `parseAsync` runs a command. */
export function createProgram(): Command {
  const program: Command = new Command("dataos-ctl")
    .description("talks to a dataos server: resources, catalog, lineage, decisions, audit")
    .option(
      "--context <context>",
      "a server of `context list`, for this command; else DATAOS_CONTEXT, else the one in use",
    )
    .option("--url <url>", "server address; else DATAOS_URL, else the context's, else http://127.0.0.1:7400")
    .option("--apikey <key>", "API key; better DATAOS_APIKEY, because other users of the machine see arguments")
    .option("-q, --quiet", "results and errors only: no notes, warnings or progress")
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "help for the command")
    .helpCommand(false)
    .configureHelp({
      formatHelp: (command) =>
        renderHelp(describeProgram(program), pathOf(program, command), process.stdout.columns ?? 100),
    })
    .configureOutput({ outputError: (text, write) => write(toErrorText(text)) })
    .showHelpAfterError("(--help says what the command takes)")
    .exitOverride();

  const withContext =
    <Arguments extends readonly unknown[]>(action: (context: CommandContext, ...args: Arguments) => Promise<void>) =>
    async (...args: readonly unknown[]): Promise<void> => {
      const { quiet = false, ...where } = program.opts<GlobalOptions>();
      const client = createClient(await loadConnection(where));
      await action(createCommandContext(client, { quiet }), ...(args as unknown as Arguments));
    };

  program.commandsGroup("Resources:");
  addResourceCommands(program, withContext);
  const same = program.command("resource").description("the commands above under this name, e.g. `resource apply`");
  addResourceCommands(same, withContext);
  addWorkspaceCommands(program, withContext);
  addGrammarCommands(program, withContext);
  program.commandsGroup("Catalog:");
  addCatalogCommands(program, withContext);
  addSqlCommands(program, withContext);
  program.commandsGroup("Decisions, identity, audit:");
  addDecisionCommands(program, withContext);
  addPolicyCommands(program, withContext);
  addGrantCommands(program, withContext);
  addIdentityCommands(program, withContext);
  addAuditCommands(program, withContext);
  program.commandsGroup("This program:");
  addContextCommands(program);
  addOwnCommands(program);
  return program;
}

/** The table behind help, completion and documentation. `words`: for what only the server's grammar knows, e.g. types of resources. */
export function describeProgram(program: Command, words: CommandTable["words"] = {}): CommandTable {
  return toCommandTable(program, { version: readVersion(), notes: programNotes, words, examplesOf });
}

function pathOf(program: Command, command: Command): readonly CommandEntry[] {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  const path: CommandEntry[] = [];
  let entry: CommandEntry | undefined = describeProgram(program).root;
  for (const name of names) {
    entry = entry?.commands.find((inner) => inner.name === name);
    if (entry) path.push(entry);
  }
  return path;
}

function readVersion(): string {
  // WHY: the same place from `src/cli` in a checkout and from `dist/cli` in a package
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** The library's words with our quotes, and nothing that moves the cursor. */
function toErrorText(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line.replaceAll("'", "`")))
    .join("\n");
}

/** What the program says about itself, and what shells ask it. */
function addOwnCommands(program: Command): void {
  const shell = new Argument("<shell>", "bash, zsh or fish");
  shell.argChoices = [...shells];
  program
    .command("completion")
    .description("print the script that makes a shell complete commands, options and names")
    .addArgument(shell)
    .action(async (name: string) =>
      (await import("./commands/complete.ts")).printScript(describeProgram(program), name),
    );
  program
    .command("help")
    .description("help for a command")
    .argument("[command...]", "its words, e.g. `policy lint`")
    .action((words: readonly string[]) => {
      let command = program;
      for (const word of words)
        command = command.commands.find((inner) => inner.name() === word || inner.aliases().includes(word)) ?? command;
      command.outputHelp();
    });
}

function addWorkspaceCommands(program: Command, withContext: WithContext): void {
  const commands = program
    .command("workspace")
    .description("list, create and delete workspaces, which keep teams apart");
  commands
    .command("list")
    .alias("get")
    .description("list the workspaces")
    .addOption(output())
    .action(
      withContext(async (context, options: { output: string }) =>
        (await import("./commands/workspace.ts")).listWorkspaces(context, options.output),
      ),
    );
  commands
    .command("create")
    .description("make an empty workspace")
    .requiredOption("-n, --name <name>", "small letters, digits and hyphens")
    .option("-d, --description <text>", "what it is for")
    .action(
      withContext(async (context, options: { name: string; description?: string }) =>
        (await import("./commands/workspace.ts")).createWorkspace(context, options.name, options.description),
      ),
    );
  commands
    .command("delete")
    .description("delete an empty workspace")
    .requiredOption("-n, --name <workspace>", "name of the workspace")
    .action(
      withContext(async (context, options: { name: string }) =>
        (await import("./commands/workspace.ts")).deleteWorkspace(context, options.name),
      ),
    );
}

function addCatalogCommands(program: Command, withContext: WithContext): void {
  program
    .command("search")
    .description("find tables, columns and everything else in the catalog; without words, all there is")
    .argument("[words...]", "parts of names, column names, words of descriptions; may be misspelt")
    .addOption(repeatable("--kind <kind>", "only this kind: dataset, schema, depot, …"))
    .addOption(repeatable("--type <dataset-type>", "only this type of dataset: table, view, matview, …"))
    .addOption(repeatable("--depot <depot>", "only in this depot"))
    .addOption(repeatable("--schema <schema>", "only in this schema"))
    .addOption(repeatable("--tag <tag>", "only with this tag"))
    .addOption(repeatable("--owner <user>", "only what this user owns"))
    .option("--first <n>", "how many, at most 100", positiveInteger, 20)
    .addOption(output())
    .action(
      withContext(async (context, words: string[], options: never) =>
        (await import("./commands/search.ts")).search(context, words.join(" "), options),
      ),
    );
  program
    .command("lineage")
    .description("show what feeds a dataset or column, or what it feeds")
    .argument("<urn>", "urn:dataos:dataset:… or dataos://depot:schema/table; with #column for one column")
    .addOption(oneOf("--direction <direction>", "upstream, downstream or both", ["upstream", "downstream", "both"]))
    .option("--depth <n>", "hops, at most 50", positiveInteger, 10)
    .option("--level <level>", "dataset or column; without it, column for a column, else dataset")
    .option("--indirect", "show also joins, filters and groupings")
    .option("--max-nodes <n>", "stop after so many, at most 10000", positiveInteger, 1_000)
    .addOption(output())
    .action(
      withContext(async (context, urn: string, options: never) =>
        (await import("./commands/lineage.ts")).lineage(context, urn, options),
      ),
    );
  program
    .command("impact")
    .description("count what depends on a dataset or column, at any distance")
    .argument("<urn>", "urn:dataos:dataset:… or dataos://depot:schema/table; with #column for one column")
    .option("--upstream", "count what it depends on instead")
    .option("--level <level>", "dataset or column; without it, column for a column, else dataset")
    .option("--max-count <n>", "stop after so many, at most 100000", positiveInteger, 100_000)
    .addOption(output())
    .action(
      withContext(async (context, urn: string, options: never) =>
        (await import("./commands/impact.ts")).impact(context, urn, options),
      ),
    );
}

function addDecisionCommands(program: Command, withContext: WithContext): void {
  program
    .command("can-i")
    .description("ask for a decision, with its reasons")
    .argument("<predicate>", "read, select, update, …")
    .argument("<object>", "a URN, dataos:// address or API path")
    .option("--as <user>", "ask for somebody else")
    .addOption(repeatable("--tag <tag>", "a tag that the object has besides its stored ones"))
    .option("--why", "of a denial: the rules that come nearest, and what each misses", false)
    .addOption(output())
    .action(
      withContext(async (context, predicate: string, object: string, options: never) =>
        (await import("./commands/can-i.ts")).canI(context, predicate, object, options),
      ),
    );
}

function addIdentityCommands(program: Command, withContext: WithContext): void {
  program
    .command("auth")
    .description("who you are to the server")
    .command("whoami")
    .description("show whom the API key belongs to")
    .addOption(output())
    .action(
      withContext(async (context, options: { output: string }) =>
        (await import("./commands/whoami.ts")).whoami(context, options.output),
      ),
    );
  const user = program.command("user").description("API keys of users");
  const apikey = user.command("apikey").description("list, create and revoke API keys");
  apikey
    .command("create")
    .description("make a key and print it, the only time it is shown")
    .requiredOption("-n, --name <name>", "what the key is for")
    .option("-i, --id <user>", "for this user, else for yourself")
    .option("-d, --duration <time>", "24h, 90d, or 0 for no end", "24h")
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/apikey.ts")).createApiKey(context, options),
      ),
    );
  apikey
    .command("get")
    .alias("list")
    .description("list keys, never with the keys themselves")
    .option("-i, --id <user>", "of this user, else your own")
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/apikey.ts")).listApiKeys(context, options),
      ),
    );
  apikey
    .command("delete")
    .description("revoke a key at once")
    .argument("<key-id>", "as `user apikey get` lists it")
    .action(
      withContext(async (context, id: string) => (await import("./commands/apikey.ts")).revokeApiKey(context, id)),
    );
}

function addAuditCommands(program: Command, withContext: WithContext): void {
  program
    .command("who-can")
    .description("everybody who may do it, and by which rules")
    .argument("<predicate>", "read, select, update, …")
    .argument("<object>", "a URN, dataos:// address or API path")
    .option("--type <subject-type>", "person or application")
    .addOption(repeatable("--tag <tag>", "a tag that the object has besides its stored ones"))
    .addOption(output())
    .action(
      withContext(async (context, predicate: string, object: string, options: never) =>
        (await import("./commands/who-can.ts")).whoCan(context, predicate, object, options),
      ),
    );
  program
    .command("what-can")
    .description("what somebody may do, by type of object; with --predicate every object, with --object every action")
    .argument("[user]", "default: yourself")
    .option("-p, --predicate <predicate>", "list every object on which this is allowed")
    .option("--type <object-type>", "only objects of this type, e.g. dataset or workflow")
    .option("--object <object>", "list every action that is allowed on this one")
    .addOption(output())
    .action(
      withContext(async (context, user: string | undefined, options: never) =>
        (await import("./commands/who-can.ts")).whatCan(context, user, options),
      ),
    );
  const audit = program.command("audit").description("list, export and verify the audit log");
  audit
    .command("list")
    .description("show the newest records")
    .option("--actor <user>", "only what this user did")
    .option("--outcome <outcome>", "only allow, deny, success or failure")
    .option("--object <urn>", "only about this URN, address or path")
    .option("--since <time>", "1h, 30m, 2024-01-01 or RFC 3339")
    .option("--first <n>", "how many, at most 100", positiveInteger, 20)
    .addOption(output())
    .action(
      withContext(async (context, options: never) => (await import("./commands/audit.ts")).listAudit(context, options)),
    );
  audit
    .command("export")
    .description("write the keys, the signed checkpoints and all records as JSON lines")
    .action(withContext(async (context) => (await import("./commands/audit.ts")).exportAudit(context)));
  audit
    .command("verify")
    .description("recompute every hash and signature, of the server's log or offline of an export")
    .option("--file <path>", "verify this export; no server is asked")
    .option("--public-key <path>", "with --file: a file with the key that you noted, as an export shows it or in PEM")
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/audit.ts")).verifyAudit(context, options),
      ),
    );
}
