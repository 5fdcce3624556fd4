import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { createClient } from "./client.ts";
import { type CommandContext, createCommandContext } from "./command-context.ts";
import { addGrantCommands } from "./grant-commands.ts";
import { examplesOf, exitCodes, startHere } from "./help.ts";
import { printable } from "./output/table.ts";
import { addPolicyCommands } from "./policy-commands.ts";
import { loadConnection } from "./settings.ts";

/** Builds the command tree; `parseAsync` runs a command. */
export function createProgram(): Command {
  const program = new Command("dataos-ctl")
    .description("Talks to a dataos server: resources, catalog, lineage, decisions, audit.")
    .option("--url <url>", "server address; else DATAOS_URL, else http://127.0.0.1:7400")
    .option("--apikey <key>", "API key; better DATAOS_APIKEY, because other users of the machine see arguments")
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "help for the command")
    .helpCommand("help [command]", "help for a command")
    .addHelpText("after", `${startHere}\n${exitCodes}`)
    .configureHelp({ optionDescription: describeOption })
    .configureOutput({ outputError: (text, write) => write(toErrorText(text)) })
    .showHelpAfterError("(--help says what the command takes)")
    .exitOverride();

  /** Runs `action` with a context made from the global options; loads the command's module only when it is used. */
  const withContext =
    <Arguments extends readonly unknown[]>(action: (context: CommandContext, ...args: Arguments) => Promise<void>) =>
    async (...args: readonly unknown[]): Promise<void> => {
      const client = createClient(loadConnection(program.opts<{ url?: string; apikey?: string }>()));
      await action(createCommandContext(client), ...(args as unknown as Arguments));
    };

  program.commandsGroup("Resources:");
  addResourceCommands(program, withContext);
  const same = program.command("resource").description("the commands above under this name, e.g. `resource apply`");
  addResourceCommands(same, withContext);
  addWorkspaceCommands(program, withContext);
  program.commandsGroup("Catalog:");
  addCatalogCommands(program, withContext);
  program.commandsGroup("Decisions, identity, audit:");
  addDecisionCommands(program, withContext);
  addPolicyCommands(program, withContext);
  addGrantCommands(program, withContext);
  addIdentityCommands(program, withContext);
  addAuditCommands(program, withContext);
  return program;
}

type WithContext = <Arguments extends readonly unknown[]>(
  action: (context: CommandContext, ...args: Arguments) => Promise<void>,
) => (...args: readonly unknown[]) => Promise<void>;

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

/** The description with the default, where there is one worth telling. */
function describeOption({ description, defaultValue }: Option): string {
  const isTold = typeof defaultValue === "string" || typeof defaultValue === "number";
  return isTold ? `${description} (default: ${defaultValue})` : description;
}

const output = (): Option => new Option("-o, --output <format>", "table, yaml or json").default("table");
const type = (): Option => new Option("-t, --type <type>", "depot, policy, workflow, …");
const name = (): Option => new Option("-n, --name <name>", "name of the resource");
const workspace = (description: string): Option => new Option("-w, --workspace <name>", description);
// for types without workspaces none may be given, so the server is left to take its default
const inWorkspace = (): Option => workspace("workspace of the resource, where its type has one (default: public)");
const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];
const repeatable = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be repeated`).argParser(collect).default([]);

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1.");
  return Number(text);
}

function addResourceCommands(parent: Command, withContext: WithContext): void {
  parent
    .command("apply")
    .description("create or update what manifests describe: all of it, or nothing when one has a fault")
    .addOption(
      repeatable("-f, --manifestFile <path>", "a file, a folder, or - for standard input").makeOptionMandatory(),
    )
    .addOption(workspace("for documents that name none").default("public"))
    .option("-R, --recursive", "look into the folders of a folder")
    .option("--dry-run", "check everything and show the difference; change nothing")
    .option("--disable-interpolation", "leave $VAR and ${VAR} as they stand")
    .addHelpText("after", examplesOf("apply"))
    .action(
      withContext(
        async (context, options: { manifestFile: string[]; workspace: string; disableInterpolation?: boolean }) => {
          const { apply } = await import("./commands/apply.ts");
          await apply(context, { ...options, interpolation: !options.disableInterpolation });
        },
      ),
    );
  parent
    .command("get")
    .description("list resources: your own, everybody's with -a, or one with -n")
    .addOption(type())
    .addOption(name())
    .addOption(workspace("only in this workspace"))
    .option("-a, --all", "everybody's, not only your own")
    .option("--owner <id>", "only what this user owns")
    .addOption(repeatable("--tag <tag>", "only what has this tag"))
    .addOption(output())
    .addHelpText("after", examplesOf("get"))
    .action(withContext(async (context, options: never) => (await import("./commands/get.ts")).get(context, options)));
  parent
    .command("delete")
    .description("delete one resource, or those that manifests describe; refused while others need it")
    .addOption(type())
    .addOption(name())
    .addOption(inWorkspace())
    .addOption(repeatable("-f, --manifestFile <path>", "delete what this file, folder or - (standard input) describes"))
    .option("-R, --recursive", "look into the folders of a folder")
    .option("--force", "also while others need it")
    .option("--dry-run", "say what would happen; change nothing")
    .addHelpText("after", examplesOf("delete"))
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/delete.ts")).deleteResources(context, options),
      ),
    );
  parent
    .command("log")
    .alias("logs")
    .description("show what a resource logged, oldest first")
    .addOption(type().makeOptionMandatory())
    .addOption(name().makeOptionMandatory())
    .addOption(inWorkspace())
    .option("-f, --follow", "go on as lines come, until the newest run of a workflow has ended")
    .option("--run <id>", "only this run")
    .option("--since <time>", "1h, 30m, 2024-01-01 or RFC 3339")
    .addHelpText("after", examplesOf("log"))
    .action(withContext(async (context, options: never) => (await import("./commands/log.ts")).log(context, options)));
  parent
    .command("run")
    .description("start a run of a workflow")
    .requiredOption("-n, --name <name>", "name of the workflow")
    .addOption(inWorkspace().default("public"))
    .action(
      withContext(async (context, options: never) => (await import("./commands/run.ts")).runWorkflow(context, options)),
    );
  parent
    .command("cancel")
    .description("cancel a run")
    .argument("<run-id>", "as `runs` lists it")
    .action(withContext(async (context, id: string) => (await import("./commands/run.ts")).cancelRun(context, id)));
  parent
    .command("runs")
    .description("list the newest 20 runs")
    .option("-n, --name <name>", "only of this workflow")
    .addOption(workspace("only in this workspace"))
    .addOption(output())
    .action(
      withContext(async (context, options: never) => (await import("./commands/run.ts")).listRuns(context, options)),
    );
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
    .requiredOption("-n, --name <name>", "name of the workspace")
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
    .addOption(repeatable("--type <type>", "only this type of dataset: table, view, matview, …"))
    .addOption(repeatable("--depot <name>", "only in this depot"))
    .addOption(repeatable("--schema <name>", "only in this schema"))
    .addOption(repeatable("--tag <tag>", "only with this tag"))
    .addOption(repeatable("--owner <user>", "only what this user owns"))
    .option("--first <n>", "how many, at most 100", positiveInteger, 20)
    .addOption(output())
    .addHelpText("after", examplesOf("search"))
    .action(
      withContext(async (context, words: string[], options: never) =>
        (await import("./commands/search.ts")).search(context, words.join(" "), options),
      ),
    );
  program
    .command("lineage")
    .description("show what feeds a dataset or column, or what it feeds")
    .argument("<urn>", "urn:dataos:dataset:… or dataos://depot:schema/table; with #column for one column")
    .option("--direction <direction>", "upstream, downstream or both", "upstream")
    .option("--depth <n>", "hops, at most 50", positiveInteger, 10)
    .option("--level <level>", "dataset or column; without it, column for a column, else dataset")
    .option("--indirect", "show also joins, filters and groupings")
    .option("--max-nodes <n>", "stop after so many, at most 10000", positiveInteger, 1_000)
    .addOption(output())
    .addHelpText("after", examplesOf("lineage"))
    .action(
      withContext(async (context, urn: string, options: never) =>
        (await import("./commands/lineage.ts")).lineage(context, urn, options),
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
    .addHelpText("after", examplesOf("can-i"))
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
    .addHelpText("after", examplesOf("user apikey create"))
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
    .option("--type <type>", "person or application")
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
    .option("--type <type>", "only objects of this type, e.g. dataset or workflow")
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
    .option("--object <name>", "only about this URN, address or path")
    .option("--since <time>", "1h, 30m, 2024-01-01 or RFC 3339")
    .option("--first <n>", "how many, at most 100", positiveInteger, 20)
    .addOption(output())
    .addHelpText("after", examplesOf("audit list"))
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
    .addHelpText("after", examplesOf("audit verify"))
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/audit.ts")).verifyAudit(context, options),
      ),
    );
}
