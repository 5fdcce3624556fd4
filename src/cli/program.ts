import { Command, InvalidArgumentError, Option } from "commander";
import { createClient } from "./client.ts";
import { type CommandContext, createCommandContext } from "./command-context.ts";
import { loadConnection } from "./settings.ts";

const exitCodes = `Exit codes
  0  done (can-i: allowed; audit verify: sound)
  1  failed: a run that failed, a fault of the server; audit verify: tampered
  2  wrong input or usage; audit verify: incomplete
  3  no or no valid API key
  4  not allowed (can-i: denied)
  5  not found
  6  conflict: in use, or changed by somebody else
  7  not reachable, too slow or too busy; try again`;

const examples = `
Start here
  dataos-ctl apply -f examples/quickstart       create or update what the files describe
  dataos-ctl get -t depot -a                    what is there, and how it is doing
  dataos-ctl log -t workflow -n scan-shopdb -f  follow a scan
  dataos-ctl search customer mail               find tables and columns
  dataos-ctl lineage dataos://shopdb:shop/customer_value#lifetime_value
  dataos-ctl can-i select dataos://shopdb:shop/supplier --as alice
  dataos-ctl audit verify

Where to connect: --url and --apikey, else DATAOS_URL and DATAOS_APIKEY, else \`url:\` and \`apikey:\` in ~/.dataos/config.yaml.
`;

/** Builds the command tree; `parseAsync` runs a command. */
export function createProgram(): Command {
  const program = new Command("dataos-ctl")
    .description("Talks to a dataos server: resources, catalog, lineage, decisions, audit.")
    .option("--url <url>", "server address")
    .option("--apikey <key>", "API key (better: DATAOS_APIKEY, which other users of the machine do not see)")
    .addHelpText("after", `${examples}\n${exitCodes}`)
    .showHelpAfterError("(add --help for what the command takes)")
    .exitOverride();

  /** Runs `action` with a context made from the global options; loads the command's module only when it is used. */
  const withContext =
    <Arguments extends readonly unknown[]>(action: (context: CommandContext, ...args: Arguments) => Promise<void>) =>
    async (...args: readonly unknown[]): Promise<void> => {
      const client = createClient(loadConnection(program.opts<{ url?: string; apikey?: string }>()));
      await action(createCommandContext(client), ...(args as unknown as Arguments));
    };

  addResourceCommands(program, withContext);
  addResourceCommands(
    program.command("resource").description("the same commands under the name `resource`"),
    withContext,
  );
  addWorkspaceCommands(program, withContext);
  addIdentityCommands(program, withContext);
  addCatalogCommands(program, withContext);
  addDecisionCommands(program, withContext);
  return program;
}

type WithContext = <Arguments extends readonly unknown[]>(
  action: (context: CommandContext, ...args: Arguments) => Promise<void>,
) => (...args: readonly unknown[]) => Promise<void>;

const output = (): Option => new Option("-o, --output <format>", "table, yaml or json").default("table");
const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];
const repeatable = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be given several times`).argParser(collect).default([]);

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1");
  return Number(text);
}

function addResourceCommands(parent: Command, withContext: WithContext): void {
  parent
    .command("apply")
    .description("create or update the resources of manifests; all of them or, when one has a fault, none")
    .addOption(
      repeatable("-f, --manifestFile <path>", "a file, a folder, or - for standard input").makeOptionMandatory(),
    )
    .option("-w, --workspace <name>", "for documents that name none", "public")
    .option("-R, --recursive", "look into the folders of a folder", false)
    .option("--dry-run", "check everything and show the difference, change nothing", false)
    .option("--disable-interpolation", "leave $VAR and ${VAR} as they stand")
    .action(
      withContext(
        async (
          context,
          options: {
            manifestFile: string[];
            workspace: string;
            recursive: boolean;
            dryRun: boolean;
            disableInterpolation?: boolean;
          },
        ) => {
          const { apply } = await import("./commands/apply.ts");
          await apply(context, { ...options, interpolation: !options.disableInterpolation });
        },
      ),
    );
  parent
    .command("get")
    .description("list resources: your own, or everybody's with -a; one with -n")
    .option("-t, --type <type>", "depot, policy, workflow, …")
    .option("-n, --name <name>")
    .option("-w, --workspace <name>", "only this workspace")
    .option("-a, --all", "everybody's, not only your own", false)
    .option("--owner <id>", "only what this user owns")
    .addOption(repeatable("--tag <tag>", "only what has this tag"))
    .addOption(output())
    .action(withContext(async (context, options: never) => (await import("./commands/get.ts")).get(context, options)));
  parent
    .command("delete")
    .description("delete a resource, by type and name or as a manifest describes it; refused while others need it")
    .option("-t, --type <type>")
    .option("-n, --name <name>")
    .option("-w, --workspace <name>")
    .addOption(repeatable("-f, --manifestFile <path>", "delete what these manifests describe"))
    .option("--force", "also when others depend on it", false)
    .option("--dry-run", "say what would happen, change nothing", false)
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/delete.ts")).deleteResources(context, options),
      ),
    );
  parent
    .command("log")
    .alias("logs")
    .description("show what a resource logged; with -f until its newest run has ended")
    .requiredOption("-t, --type <type>")
    .requiredOption("-n, --name <name>")
    .option("-w, --workspace <name>")
    .option("-f, --follow", "go on as new lines come", false)
    .option("--run <id>", "only this run")
    .option("--since <time>", "1h, 30m, 2024-01-01, or RFC 3339")
    .action(withContext(async (context, options: never) => (await import("./commands/log.ts")).log(context, options)));
  parent
    .command("run")
    .description("start a run of a workflow")
    .requiredOption("-n, --name <name>")
    .option("-w, --workspace <name>", "", "public")
    .action(
      withContext(async (context, options: never) => (await import("./commands/run.ts")).runWorkflow(context, options)),
    );
  parent
    .command("cancel")
    .description("cancel a run")
    .argument("<run-id>")
    .action(withContext(async (context, id: string) => (await import("./commands/run.ts")).cancelRun(context, id)));
  parent
    .command("runs")
    .description("list runs, newest first")
    .option("-n, --name <name>", "only of this workflow")
    .option("-w, --workspace <name>")
    .addOption(output())
    .action(
      withContext(async (context, options: never) => (await import("./commands/run.ts")).listRuns(context, options)),
    );
}

function addWorkspaceCommands(program: Command, withContext: WithContext): void {
  const workspace = program.command("workspace").description("workspaces separate the resources of teams");
  workspace
    .command("list")
    .alias("get")
    .addOption(output())
    .action(
      withContext(async (context, options: { output: string }) =>
        (await import("./commands/workspace.ts")).listWorkspaces(context, options.output),
      ),
    );
  workspace
    .command("create")
    .requiredOption("-n, --name <name>")
    .option("-d, --description <text>")
    .action(
      withContext(async (context, options: { name: string; description?: string }) =>
        (await import("./commands/workspace.ts")).createWorkspace(context, options.name, options.description),
      ),
    );
  workspace
    .command("delete")
    .description("an empty one")
    .requiredOption("-n, --name <name>")
    .action(
      withContext(async (context, options: { name: string }) =>
        (await import("./commands/workspace.ts")).deleteWorkspace(context, options.name),
      ),
    );
}

function addIdentityCommands(program: Command, withContext: WithContext): void {
  const auth = program.command("auth").description("who you are to the server");
  auth
    .command("whoami")
    .addOption(output())
    .action(
      withContext(async (context, options: { output: string }) =>
        (await import("./commands/whoami.ts")).whoami(context, options.output),
      ),
    );
  const apikey = program.command("user").description("users").command("apikey").description("API keys");
  apikey
    .command("create")
    .requiredOption("-n, --name <name>")
    .option("-i, --id <user>", "for this user; default: yourself")
    .option("-d, --duration <time>", "24h, 90d, or 0 for no end", "24h")
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/apikey.ts")).createApiKey(context, options),
      ),
    );
  apikey
    .command("get")
    .option("-i, --id <user>", "of this user; default: yourself")
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/apikey.ts")).listApiKeys(context, options),
      ),
    );
  apikey
    .command("delete")
    .description("revoke a key at once")
    .argument("<key-id>")
    .action(
      withContext(async (context, id: string) => (await import("./commands/apikey.ts")).revokeApiKey(context, id)),
    );
}

function addCatalogCommands(program: Command, withContext: WithContext): void {
  program
    .command("search")
    .description("find tables, columns and everything else in the catalog; without words, all there is")
    .argument("[words...]")
    .addOption(repeatable("--kind <kind>", "depot, schema, dataset, …"))
    .addOption(repeatable("--depot <name>", "only in this depot"))
    .addOption(repeatable("--schema <name>", "only in this schema"))
    .addOption(repeatable("--type <type>", "table, view, matview, …"))
    .addOption(repeatable("--tag <tag>", "only with this tag"))
    .addOption(repeatable("--owner <user>", "only what this user owns"))
    .option("--first <n>", "how many", positiveInteger, 20)
    .addOption(output())
    .action(
      withContext(async (context, words: string[], options: never) =>
        (await import("./commands/search.ts")).search(context, words.join(" "), options),
      ),
    );
  program
    .command("lineage")
    .description("what feeds a dataset or column (or, downstream, what it feeds)")
    .argument("<urn>", "urn:dataos:dataset:… or dataos://depot:schema/table, with #column for one column")
    .option("--direction <direction>", "upstream, downstream or both", "upstream")
    .option("--depth <n>", "hops", positiveInteger, 10)
    .option("--level <level>", "dataset or column; default: column for a column, else dataset")
    .option("--indirect", "show also joins, filters and groupings", false)
    .option("--max-nodes <n>", "stop after so many", positiveInteger, 1_000)
    .addOption(output())
    .action(
      withContext(async (context, urn: string, options: never) =>
        (await import("./commands/lineage.ts")).lineage(context, urn, options),
      ),
    );
}

function addDecisionCommands(program: Command, withContext: WithContext): void {
  program
    .command("can-i")
    .description("ask Heimdall for a decision and its reasons")
    .argument("<predicate>", "read, select, update, …")
    .argument("<object>", "a URN, dataos:// address or API path")
    .option("--as <user>", "for somebody else")
    .addOption(repeatable("--tag <tag>", "a tag that the object has besides its stored ones"))
    .addOption(output())
    .action(
      withContext(async (context, predicate: string, object: string, options: never) =>
        (await import("./commands/can-i.ts")).canI(context, predicate, object, options),
      ),
    );
  const audit = program.command("audit").description("the audit log");
  audit
    .command("verify")
    .description("recompute every hash and signature: of the server's log, or offline of an export")
    .option("--file <path>", "verify this export instead, without a server")
    .option("--public-key <path>", "check the export's checkpoints with this key (PEM)")
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/audit.ts")).verifyAudit(context, options),
      ),
    );
  audit
    .command("list")
    .description("newest records first")
    .option("--actor <user>")
    .option("--outcome <outcome>", "allow, deny, success or failure")
    .option("--first <n>", "how many, at most 100", positiveInteger, 20)
    .addOption(output())
    .action(
      withContext(async (context, options: never) => (await import("./commands/audit.ts")).listAudit(context, options)),
    );
  audit
    .command("export")
    .description("write all records as JSON lines")
    .action(withContext(async (context) => (await import("./commands/audit.ts")).exportAudit(context)));
}
