import { resourceTypes, toJsonSchema, versionsOf, workspaceTypes } from "../../control/manifest/index.ts";

import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { parseWord } from "../words.ts";

export interface SchemaOptions {
  readonly type: string;
  readonly schemaVersion?: string;
}

/** Prints the grammar of a type of resource as JSON Schema, which editors complete from; needs no server. */
export function getSchema(context: CommandContext, options: SchemaOptions): void {
  const type = parseWord("type", options.type, resourceTypes);
  const versions = versionsOf(type);
  const version =
    options.schemaVersion === undefined
      ? versions[0]
      : parseWord(`version of \`${type}\``, options.schemaVersion, versions);
  context.print(render("json", toJsonSchema(type, version), () => ""));
}

/** Lists the types of resources with their versions. */
export function listSchemas(context: CommandContext, output: string): void {
  const rows = [...resourceTypes]
    .sort()
    .map((type) => ({ type, versions: versionsOf(type), level: workspaceTypes.has(type) ? "workspace" : "instance" }));
  context.print(
    render(parseOutputFormat(output), rows, () =>
      formatTable(
        ["TYPE", "VERSIONS", "LEVEL"],
        rows.map(({ type, versions, level }) => [type, versions.join(", "), level]),
      ),
    ),
  );
}
