import type { AppliedResource, ApplyResourcesPayload } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { askYes } from "../output/ask.ts";
import { printable } from "../output/table.ts";
import { count } from "../words.ts";
import { nameOf } from "./target.ts";

/** What a dry run says would be deleted. */
export function deletedOf({ resources }: ApplyResourcesPayload): readonly AppliedResource[] {
  return resources.filter(({ outcome }) => outcome === "deleted");
}

/** @throws {CommandError} nobody said yes */
export async function confirmPrune(
  context: CommandContext,
  plan: readonly AppliedResource[],
  isSure: boolean,
): Promise<void> {
  if (plan.length === 0 || isSure) return;
  const names = plan.map((resource) => printable(nameOf(resource)));
  if (!context.isInteractive)
    throw new CommandError(
      `${count(plan.length, "resource")} would be deleted, and nobody can be asked; look with --dry-run, then give --yes`,
      errorFaces.BAD_USER_INPUT.exit,
      names,
    );
  for (const name of names) context.print(context.style.bad(`to delete ${name}`));
  if (!(await askYes(`delete ${names.length === 1 ? "it" : `these ${names.length}`}?`)))
    throw new CommandError("nothing was changed", errorFaces.INTERNAL.exit);
}
