import type { DeleteResourcePayload } from "../../graphql/generated/schema-types.ts";
import { errorFaces, formatProblem } from "../../shared/errors.ts";
import { parseYamlDocuments } from "../../shared/yaml.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { printable } from "../output/table.ts";
import { expandVariables, type ManifestFile, readManifests } from "./manifest-files.ts";
import { assertNoUserErrors } from "./user-errors.ts";

export interface DeleteOptions {
  readonly type?: string;
  readonly name?: string;
  readonly workspace?: string;
  readonly manifestFile: readonly string[];
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

interface Target {
  readonly type: string;
  readonly name: string;
  readonly workspace: string | undefined;
}

const document = /* GraphQL */ `
  mutation Delete($input: DeleteResourceInput!) {
    deleteResource(input: $input) { deleted userErrors { at field message code } }
  }
`;
const { exit: badInput } = errorFaces.BAD_USER_INPUT;

/**
 * Deletes one resource by type and name, or those that the files describe: the last document first, because what stands later
 * usually needs what stands before. Of files, what is absent already is told and no failure.
 */
export async function deleteResources(context: CommandContext, options: DeleteOptions): Promise<void> {
  const { manifestFile, type, name, workspace } = options;
  if (manifestFile.length > 0) {
    if (type !== undefined || name !== undefined)
      throw new CommandError("say what to delete by -t and -n or by -f, not by both", badInput);
    const files = await readManifests(manifestFile, options.recursive ?? false);
    for (const target of files.flatMap((file) => readTargets(file, workspace)).reverse()) {
      await deleteOne(context, target, options).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
        context.print(`absent    ${nameOf(target)}`);
      });
    }
    return;
  }
  if (type === undefined || name === undefined)
    throw new CommandError("say what to delete: -t TYPE -n NAME, or -f FILE", badInput);
  await deleteOne(context, { type, name, workspace }, options);
}

async function deleteOne(context: CommandContext, target: Target, options: DeleteOptions): Promise<void> {
  const { force = false, dryRun = false } = options;
  const { deleteResource } = await context.client.query<{ deleteResource: DeleteResourcePayload }>(document, {
    input: { ...target, force, dryRun },
  });
  assertNoUserErrors(deleteResource.userErrors, `${nameOf(target)} was not deleted`, {
    CONFLICT: "--force deletes it all the same, and what needs it stops working",
  });
  context.print(`${dryRun ? "would delete" : "deleted  "} ${nameOf(target)}`);
}

function isAbsent(error: unknown): boolean {
  return error instanceof CommandError && error.exitCode === errorFaces.NOT_FOUND.exit;
}

function nameOf({ type, name, workspace }: Target): string {
  return printable(`${type}/${workspace === undefined ? "" : `${workspace}/`}${name}`);
}

function readTargets({ file, text }: ManifestFile, workspace: string | undefined): Target[] {
  const { documents, problems } = parseYamlDocuments(text, file);
  const [problem] = problems;
  if (problem) throw new CommandError(formatProblem(problem), badInput);
  return documents.map(({ value }) => {
    const entries = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
    const textOf = (key: string): string | undefined => {
      const entry = entries[key];
      return typeof entry === "string" ? expandVariables(entry, file) : undefined;
    };
    const [type, name] = [textOf("type"), textOf("name")];
    if (type === undefined || name === undefined)
      throw new CommandError(`${file}: a document has no \`type\` or no \`name\`; they say what to delete`, badInput);
    return { type, name, workspace: textOf("workspace") ?? workspace };
  });
}
