import type { Command } from "commander";
import { manifestFiles, output, recursive, repeatable, type WithContext } from "./options.ts";

const files = () => manifestFiles("a file, a folder, or - for standard input");

/** `dataos-ctl policy …`: what a change of policies does, before and after it is made. */
export function addPolicyCommands(program: Command, withContext: WithContext): void {
  const policy = program.command("policy").description("check policies before they decide, and undo them after");
  policy
    .command("lint")
    .description("find dead, shadowed, conflicting and misspelt rules; needs no server")
    .addOption(files().makeOptionMandatory())
    .addOption(recursive())
    .option("--strict", "fail on warnings too")
    .addOption(repeatable("--tag-namespace <glob>", "tags that subjects may have besides users:, roles: and dataos:"))
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/policy-check.ts")).lintFiles(context, options),
      ),
    );
  policy
    .command("test")
    .description("run the *.cases.yaml beside policies and name rules that no case meets; needs no server")
    .addOption(files().makeOptionMandatory())
    .addOption(recursive())
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/policy-check.ts")).testFiles(context, options),
      ),
    );
  policy
    .command("explain-data")
    .description("which mask holds on each column of a dataset and which lost to it, and the row filter")
    .argument("<dataset>", "urn:dataos:dataset:… or dataos://depot:schema/table")
    .option("--as <user>", "for somebody else")
    .addOption(output())
    .action(
      withContext(async (context, dataset: string, options: never) =>
        (await import("./commands/explain-data.ts")).explainData(context, dataset, options),
      ),
    );
  policy
    .command("diff")
    .description("which decisions change from OLD to NEW, for the users and data that the server has")
    .argument("<old>", "a file, a folder, or `live`: what decides now")
    .argument("<new>", "a file or folder; beside `live` it takes the place of policies of the same name")
    .addOption(recursive())
    .addOption(output())
    .action(
      withContext(async (context, before: string, after: string, options: never) =>
        (await import("./commands/policy-impact.ts")).diffPolicies(context, [before, after], options),
      ),
    );
  policy
    .command("replay")
    .description("which decisions of the audit log a candidate would answer differently")
    .addOption(files().makeOptionMandatory())
    .addOption(recursive())
    .option("--from <time>", "only from this time, e.g. 2026-01-31T08:00:00Z")
    .option("--to <time>", "only before this time")
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/policy-impact.ts")).replayPolicies(context, options),
      ),
    );
  policy
    .command("history")
    .description("versions of the policies that went live, newest first, and what was applied for each")
    .addOption(output())
    .action(
      withContext(async (context, options: { output: string }) =>
        (await import("./commands/policy-history.ts")).policyHistory(context, options),
      ),
    );
  policy
    .command("rollback")
    .description("bring policies and grants back to what they were, deleted ones too; all or nothing")
    .argument("<version>", "a version of `policy history`, or a time like 2026-01-31T08:00:00Z")
    .option("--dry-run", "check everything and show what would change; change nothing")
    .action(
      withContext(async (context, version: string, options: { dryRun?: boolean }) =>
        (await import("./commands/policy-history.ts")).rollbackPolicies(context, version, options),
      ),
    );
  const shadow = policy
    .command("shadow")
    .description("let a candidate answer beside the live policies, without effect");
  shadow
    .command("start")
    .description("start it on all server processes")
    .addOption(files().makeOptionMandatory())
    .addOption(recursive())
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/policy-impact.ts")).startShadow(context, options),
      ),
    );
  shadow
    .command("status")
    .description("how often it disagreed, and where")
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/policy-impact.ts")).shadowStatus(context, options),
      ),
    );
  shadow
    .command("stop")
    .description("end it and tell what it came to")
    .addOption(output())
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/policy-impact.ts")).stopShadow(context, options),
      ),
    );
}
