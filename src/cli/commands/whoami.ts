import type { Me } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";

/** Who the key belongs to. */
export async function whoami(context: CommandContext, output: string): Promise<void> {
  const format = parseOutputFormat(output);
  const { me } = await context.client.query<{ me: Me }>("{ me { id name type email tags roles attributes } }");
  context.print(
    render(format, me, () =>
      formatTable(
        ["NAME", "ID", "TYPE", "EMAIL", "ROLES", "TAGS"],
        [[me.name, me.id, me.type, me.email ?? "", me.roles.join(","), me.tags.join(",")]],
      ),
    ),
  );
}
