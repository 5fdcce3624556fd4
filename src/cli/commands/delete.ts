import type { DeleteResourcePayload } from "../../graphql/generated/schema-types.ts";
import { errorFaces, formatProblem } from "../../shared/errors.ts";
import { parseYamlDocuments } from "../../shared/yaml.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { printable } from "../output/table.ts";
import { expandVariables, type ManifestFile, readManifests } from "./manifest-files.ts";
import { nameOf, readTarget, requireTarget, type Target, type TargetOptions } from "./target.ts";
import { assertNoUserErrors } from "./user-errors.ts";

export interface DeleteOptions extends TargetOptions {
  readonly manifestFile: readonly string[];
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly ifVersion?: number;
  readonly dryRun?: boolean;
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
  const { manifestFile } = options;
  if (manifestFile.length > 0) {
    if (options.ifVersion !== undefined)
      throw new CommandError("--if-version is of one resource; say which by -t and -n", badInput);
    const { type, name, workspace } = readTarget(options);
    if (type !== undefined || name !== undefined)
      throw new CommandError("say what to delete by -t and -n or by -f, not by both", badInput);
    const files = await readManifests(manifestFile, options.recursive ?? false);
    for (const target of files.flatMap((file) => readTargets(file, workspace)).reverse()) {
      await deleteTarget(context, target, options).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
        context.print(`absent    ${printable(nameOf(target))}`);
      });
    }
    return;
  }
  const { type, name } = readTarget(options);
  if (type === undefined || name === undefined)
    throw new CommandError("say what to delete: TYPE NAME, or -f FILE", badInput);
  await deleteTarget(context, requireTarget(options), options);
}

/** Deletes one resource and says so. @throws {CommandError} it is absent, or others need it */
async function deleteTarget(
  context: CommandContext,
  target: Target,
  options: Pick<DeleteOptions, "force" | "dryRun" | "ifVersion">,
): Promise<void> {
  const { force = false, dryRun = false, ifVersion } = options;
  const { deleteResource } = await context.client.query<{ deleteResource: DeleteResourcePayload }>(document, {
    input: { ...target, force, dryRun, ...(ifVersion !== undefined && { ifVersion }) },
  });
  assertNoUserErrors(deleteResource.userErrors, `${nameOf(target)} was not deleted`, {
    hints: { CONFLICT: "--force deletes it all the same, and what needs it stops working" },
  });
  context.print(`${dryRun ? "would delete" : "deleted  "} ${printable(nameOf(target))}`);
}

function isAbsent(error: unknown): boolean {
  return error instanceof CommandError && error.exitCode === errorFaces.NOT_FOUND.exit;
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
    const where = textOf("workspace") ?? workspace;
    return { type, name, ...(where !== undefined && { workspace: where }) };
  });
}
