import { readFileSync } from "node:fs";
import { errorFaces } from "../../shared/errors.ts";
import { suggestion } from "../../shared/nearest.ts";
import { CommandError, createClient } from "../client.ts";
import { contextsFile, readContexts } from "../contexts.ts";
import { printable } from "../output/table.ts";
import { loadConnection } from "../settings.ts";
import type { CommandTable } from "../surface/command-table.ts";
import { type Candidate, type Completion, complete, toCompletion } from "../surface/complete.ts";
import { completionScript, readQuestion, shells, toAnswer } from "../surface/shells.ts";

const timeoutMs = 1_500;
const most = 100;

/** Prints the script for a shell. @throws {CommandError} there is none for it */
export function printScript(table: CommandTable, name: string): void {
  const shell = shells.find((known) => known === name);
  if (!shell)
    throw new CommandError(
      `there is no completion for \`${name}\`${suggestion(name, shells)} (known: ${shells.join(", ")})`,
      errorFaces.BAD_USER_INPUT.exit,
    );
  process.stdout.write(completionScript(shell, table.root.name));
}

/** Answers the script of a shell. What the server knows is asked with little patience; a failure completes nothing and says nothing. */
export async function answerShell(words: readonly string[]): Promise<void> {
  const question = readQuestion(words);
  if (!question) return;
  const completion = complete(readTable(), question.words);
  const answered = completion.ask ? await ask(completion.ask, completion.prefix).catch(() => completion) : completion;
  process.stdout.write(toAnswer(question, answered));
}

/** WHY the generated one: it knows the types of resources, which are the server's. */
function readTable(): CommandTable {
  // the same place from `src/cli/commands` in a checkout and from `dist/cli/commands` in a package
  const text = readFileSync(new URL("../../../bin/generated/commands.json", import.meta.url), "utf8");
  return JSON.parse(text) as CommandTable;
}

async function ask(
  { placeholder, typed, values }: NonNullable<Completion["ask"]>,
  prefix: string,
): Promise<Completion> {
  const candidates = placeholder === "context" ? contextNames() : await askServer(placeholder, values);
  const safe = candidates.filter(({ value }) => value === printable(value));
  return toCompletion(safe, typed, prefix);
}

function contextNames(): Candidate[] {
  return [...readContexts(contextsFile()).servers].map(([value, { url }]) => ({ value, summary: url }));
}

type Values = NonNullable<Completion["ask"]>["values"];
type Edges<Node> = { readonly edges: readonly { readonly node: Node }[] };

async function askServer(placeholder: string, values: Values): Promise<Candidate[]> {
  const last = (long: string): string | undefined => values.get(long)?.[0];
  const [url, apikey, context] = ["--url", "--apikey", "--context"].map(last);
  const client = createClient(
    await loadConnection({
      ...(url !== undefined && { url }),
      ...(apikey !== undefined && { apikey }),
      ...(context !== undefined && { context }),
    }),
    { timeoutMs },
  );
  switch (placeholder) {
    case "workspace": {
      const { workspaces } = await client.query<{ workspaces: readonly { name: string; description?: string }[] }>(
        "{ workspaces { name description } }",
      );
      return workspaces.map(({ name, description }) => ({ value: name, summary: oneLine(description) }));
    }
    case "user": {
      const { users } = await client.query<{ users: Edges<{ id: string; name: string }> }>(
        `{ users(first: ${most}) { edges { node { id name } } } }`,
      );
      return users.edges.map(({ node }) => ({ value: node.id, summary: oneLine(node.name) }));
    }
    case "run-id": {
      const { runs } = await client.query<{ runs: Edges<{ id: string; workflow: string; state: string }> }>(
        "query Runs($workflow: String) { runs(workflow: $workflow, first: 20) { edges { node { id workflow state } } } }",
        { workflow: last("--name") },
      );
      return runs.edges.map(({ node }) => ({ value: node.id, summary: `${node.workflow}, ${node.state}` }));
    }
    default: {
      const type = placeholder === "resource" ? last("--type") : placeholder;
      const { resources } = await client.query<{ resources: Edges<{ name: string; type: string; status: string }> }>(
        `query Names($filter: ResourceFilter) { resources(filter: $filter, first: ${most}) { edges { node { name type status } } } }`,
        {
          filter: {
            ...(type !== undefined && { type }),
            ...(last("--workspace") && { workspace: last("--workspace") }),
          },
        },
      );
      const names = resources.edges.map(({ node }) => ({
        value: node.name,
        summary: type === undefined ? `${node.type}, ${node.status}` : node.status,
      }));
      return [...new Map(names.map((candidate) => [candidate.value, candidate])).values()];
    }
  }
}

function oneLine(text: string | null | undefined): string {
  return printable((text ?? "").split("\n")[0] ?? "").slice(0, 60);
}
