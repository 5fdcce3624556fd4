import { parseAllDocuments } from "yaml";
import type { DeleteResourcePayload } from "../../graphql/generated/schema-types.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { readManifests } from "./manifest-files.ts";
import { assertNoUserErrors } from "./user-errors.ts";

export interface DeleteOptions {
  readonly type?: string;
  readonly name?: string;
  readonly workspace?: string;
  readonly manifestFile: readonly string[];
  readonly force: boolean;
  readonly dryRun: boolean;
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

/** Deletes one resource by type and name, or those that the files describe, the last document first. */
export async function deleteResources(context: CommandContext, options: DeleteOptions): Promise<void> {
  for (const target of await findTargets(options)) {
    const { deleteResource } = await context.client.query<{ deleteResource: DeleteResourcePayload }>(document, {
      input: { ...target, force: options.force, dryRun: options.dryRun },
    });
    assertNoUserErrors(deleteResource.userErrors, `${target.type}/${target.name} was not deleted`);
    context.print(`${options.dryRun ? "would delete" : "deleted"}   ${target.type}/${target.name}`);
  }
}

async function findTargets(options: DeleteOptions): Promise<Target[]> {
  if (options.manifestFile.length > 0) {
    const files = await readManifests(options.manifestFile, false);
    // WHY: what stands later usually needs what stands before
    return files
      .flatMap(({ file, text }) =>
        parseAllDocuments(text).map((parsed) => toTarget(file, parsed.toJS({ maxAliasCount: 0 }), options)),
      )
      .reverse();
  }
  if (options.type === undefined || options.name === undefined) {
    throw new CommandError("say what to delete: -t TYPE -n NAME, or -f FILE", 2);
  }
  return [{ type: options.type, name: options.name, workspace: options.workspace }];
}

function toTarget(file: string, value: unknown, options: DeleteOptions): Target {
  const { type, name, workspace } = (value ?? {}) as Record<string, unknown>;
  if (typeof type !== "string" || typeof name !== "string") {
    throw new CommandError(`${file}: a document has no \`type\` and \`name\`; they say what to delete`, 2);
  }
  return { type, name, workspace: typeof workspace === "string" ? workspace : options.workspace };
}
