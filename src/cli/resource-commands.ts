import { Argument, type Command, Option } from "commander";
import type { CommandContext } from "./command-context.ts";
import {
  identifier,
  inWorkspace,
  manifestFiles,
  oneOf,
  output,
  positiveInteger,
  recursive,
  repeatable,
  resourceName,
  resourceType,
  type WithContext,
  workspace,
  yes,
} from "./options.ts";

/** The commands of resources, at the top and once more under `resource`. */
export function addResourceCommands(parent: Command, withContext: WithContext): void {
  addManifestCommands(parent, withContext);
  addReadingCommands(parent, withContext);
  addRunCommands(parent, withContext);
  addIncidentCommands(parent, withContext);
}

type Run<Options> = (context: CommandContext, options: Options) => Promise<void>;

/** An action for one resource, which may be named by options or by `TYPE NAME`. */
const forTarget =
  (load: () => Promise<Run<never>>) =>
  async (context: CommandContext, type: unknown, name: unknown, options: object): Promise<void> => {
    const run = await load();
    await run(context, { ...options, words: [type, name].filter((word) => word !== undefined) } as never);
  };

/** `[type] [name]`, `-t`, `-n`, `-w` and `-i`. */
function addTarget(command: Command, where = inWorkspace()): Command {
  return command
    .addArgument(new Argument("[type]", "instead of -t; TYPE/NAME takes both").argOptional())
    .addArgument(new Argument("[resource]", "instead of -n").argOptional())
    .addOption(resourceType())
    .addOption(resourceName())
    .addOption(where)
    .addOption(identifier());
}

function addManifestCommands(parent: Command, withContext: WithContext): void {
  parent
    .command("apply")
    .description("create or update what manifests describe: all of it, or nothing when one has a fault")
    .addOption(manifestFiles("a file, a folder, or - for standard input").makeOptionMandatory())
    .addOption(workspace("for documents that name none").default("public"))
    .addOption(recursive())
    .option("--dry-run", "check everything and show the difference; change nothing")
    .option("--prune", "delete what carries the tag of -l and is not in the files any more")
    .addOption(repeatable("-l, --selector <tag=value>", "with --prune: which resources the files speak for"))
    .addOption(yes())
    .option("--lint", "check the files alone, as `lint` does; needs no server")
    .option("-r, --re-run", "run workflows again that did not change")
    .option("--disable-interpolation", "leave $VAR and ${VAR} as they stand")
    .action(
      withContext(async (context, options: never) => (await import("./commands/apply.ts")).apply(context, options)),
    );
  for (const [name, description] of [
    ["create", "apply manifests of what is not there yet; refused where something is"],
    ["update", "apply manifests of what is there; refused where something is not"],
  ] as const)
    parent
      .command(name)
      .description(description)
      .addOption(manifestFiles("a file, a folder, or - for standard input").makeOptionMandatory())
      .addOption(workspace("for documents that name none").default("public"))
      .addOption(recursive())
      .option("--disable-interpolation", "leave $VAR and ${VAR} as they stand")
      .action(
        withContext(async (context, options: never) =>
          (await import("./commands/apply.ts")).applyOnly(context, name, options),
        ),
      );
  parent
    .command("diff")
    .description("show what applying manifests would change; exit code 1 where it would change something")
    .addOption(manifestFiles("a file, a folder, or - for standard input").makeOptionMandatory())
    .addOption(workspace("for documents that name none").default("public"))
    .addOption(recursive())
    .option("--disable-interpolation", "leave $VAR and ${VAR} as they stand")
    .action(
      withContext(async (context, options: never) => (await import("./commands/apply.ts")).diff(context, options)),
    );
  addTarget(parent.command("delete"))
    .description("delete one resource, or those that manifests describe; refused while others need it")
    .addOption(manifestFiles("delete what this file, folder or - (standard input) describes"))
    .addOption(recursive())
    .option("--force", "also while others need it")
    .option("--if-version <n>", "only where `resourceVersion` is this", positiveInteger)
    .option("--dry-run", "say what would happen; change nothing")
    .action(withContext(forTarget(async () => (await import("./commands/delete.ts")).deleteResources)));
}

function addReadingCommands(parent: Command, withContext: WithContext): void {
  addTarget(parent.command("get"), workspace("only in this workspace"))
    .description("list resources: your own, everybody's with -a, or one with its name")
    .option("-a, --all", "everybody's, not only your own")
    .option("--owner <user>", "only what this user owns")
    .addOption(repeatable("--tag <tag>", "only what has this tag"))
    .addOption(
      repeatable("-l, --selector <key=value>", "only where tag, owner, type, workspace or status is this; , for and"),
    )
    .addOption(
      oneOf("-o, --output <format>", "table, wide, yaml, json or name", ["table", "wide", "yaml", "json", "name"]),
    )
    .option("-d, --details", "everything about each, as `describe` tells it")
    .option("--watch", "go on and show what changes")
    .addOption(new Option("-r, --refresh", "the same as --watch").hideHelp())
    .option("--interval <seconds>", "with --watch: how often to ask", positiveInteger, 2)
    .addOption(new Option("--refreshRate <seconds>").argParser(positiveInteger).hideHelp())
    .action(withContext(forTarget(async () => (await import("./commands/get.ts")).get)));
  addTarget(parent.command("describe"))
    .description("tell everything about one resource: conditions, what it needs and who needs it, last run, events")
    .addOption(output())
    .action(withContext(forTarget(async () => (await import("./commands/describe.ts")).describe)));
  addTarget(parent.command("history"))
    .description("list the versions of a manifest, newest first; show one or compare two")
    .option("--show <n>", "print this version", positiveInteger)
    .option("--diff <n>", "what changed from this version to --to, else to the present one", positiveInteger)
    .option("--to <n>", "with --diff: the version to compare with", positiveInteger)
    .addOption(output())
    .action(withContext(forTarget(async () => (await import("./commands/history.ts")).history)));
  addTarget(parent.command("rollback"))
    .description("bring a resource back to a former manifest, as a new version")
    .option("--to <n>", "the version, as `history` lists it; else the one before the present one", positiveInteger)
    .option("--if-version <n>", "only where `resourceVersion` is this", positiveInteger)
    .option("--dry-run", "show the difference; change nothing")
    .action(withContext(forTarget(async () => (await import("./commands/history.ts")).rollback)));
  addTarget(parent.command("log").alias("logs"))
    .description("show what a resource logged, oldest first")
    .option("-f, --follow", "go on as lines come, until the newest run of a workflow has ended")
    .option("--run <run-id>", "only this run")
    .option("--since <time>", "1h, 30m, 2024-01-01 or RFC 3339")
    .action(withContext(forTarget(async () => (await import("./commands/log.ts")).log)));
}

function addIncidentCommands(parent: Command, withContext: WithContext): void {
  parent
    .command("incidents")
    .description("list what monitors found, newest first")
    .argument("[monitor]", "only of this monitor")
    .addOption(workspace("only in this workspace"))
    .option("--state <state>", "only those that are open, acknowledged or resolved")
    .option("--first <n>", "how many, at most 100", positiveInteger, 20)
    .addOption(output())
    .action(
      withContext(async (context, monitor: string | undefined, options: never) =>
        (await import("./commands/incidents.ts")).listIncidents(context, monitor, options),
      ),
    );
  parent
    .command("acknowledge")
    .description("say that you take care of an incident")
    .argument("<incident-id>", "as `incidents` lists it")
    .option("--notes <text>", "what is done about it")
    .action(
      withContext(async (context, id: string, options: object) =>
        (await import("./commands/incidents.ts")).acknowledge(context, id, options),
      ),
    );
}

function addRunCommands(parent: Command, withContext: WithContext): void {
  parent
    .command("run")
    .description("start a run of a workflow")
    .argument("[workflow]", "instead of -n")
    .option("-n, --name <workflow>", "name of the workflow")
    .addOption(inWorkspace())
    .option("-f, --follow", "show its log until it has ended")
    .action(
      withContext(async (context, name: string | undefined, options: object) =>
        (await import("./commands/run.ts")).runWorkflow(context, name, options),
      ),
    );
  parent
    .command("cancel")
    .description("cancel a run, or with -n the one of a workflow that is going on")
    .argument("[run-id]", "as `runs` lists it")
    .option("-n, --name <workflow>", "name of the workflow")
    .addOption(inWorkspace())
    .action(
      withContext(async (context, id: string | undefined, options: object) =>
        (await import("./commands/run.ts")).cancelRun(context, id, options),
      ),
    );
  parent
    .command("rerun")
    .description("do a run again, or with -n the newest ended one of a workflow")
    .argument("[run-id]", "as `runs` lists it")
    .option("-n, --name <workflow>", "name of the workflow")
    .addOption(inWorkspace())
    .option("--from-failed", "only what failed, and what needs it")
    .option("-f, --follow", "show its log until it has ended")
    .action(
      withContext(async (context, id: string | undefined, options: object) =>
        (await import("./commands/run.ts")).rerun(context, id, options),
      ),
    );
  parent
    .command("runs")
    .description("list runs, newest first")
    .argument("[workflow]", "instead of -n")
    .option("-n, --name <workflow>", "only of this workflow")
    .addOption(workspace("only in this workspace"))
    .option("--first <n>", "how many, at most 100", positiveInteger, 20)
    .addOption(output())
    .action(
      withContext(async (context, name: string | undefined, options: never) =>
        (await import("./commands/run.ts")).listRuns(context, name, options),
      ),
    );
}
