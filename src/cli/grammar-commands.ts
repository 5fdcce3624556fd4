import type { Command } from "commander";
import { manifestFiles, output, recursive, resourceType, type WithContext, workspace } from "./options.ts";

/** `lint` and `develop schema …`: the grammar of manifests, without a server. */
export function addGrammarCommands(program: Command, withContext: WithContext): void {
  program
    .command("lint")
    .description("check manifests: each fault with its place, what was expected and the nearest word; needs no server")
    .addOption(manifestFiles("a file, a folder, or - for standard input").makeOptionMandatory())
    .addOption(recursive())
    .addOption(workspace("for documents that name none").default("public"))
    .option("--strict", "fail on warnings too")
    .addOption(output())
    .action(
      withContext(async (context, options: never) => (await import("./commands/lint.ts")).lint(context, options)),
    );
  const schema = program
    .command("develop")
    .description("for those who write manifests")
    .command("schema")
    .description("the grammar of manifests as JSON Schema; needs no server");
  schema
    .command("get")
    .description("print the JSON Schema of a type, which editors complete and check manifests from")
    .argument("[what]", "`resource`, as the vendor's tool has it")
    .addOption(resourceType().makeOptionMandatory())
    .option("-v, --schemaVersion <version>", "version of the grammar; else the type's default")
    .action(
      withContext(async (context, _what: unknown, options: never) =>
        (await import("./commands/develop.ts")).getSchema(context, options),
      ),
    );
  schema
    .command("list")
    .description("list the types of resources with their versions, the default first")
    .addOption(output())
    .action(
      withContext(async (context, options: { output: string }) =>
        (await import("./commands/develop.ts")).listSchemas(context, options.output),
      ),
    );
}
