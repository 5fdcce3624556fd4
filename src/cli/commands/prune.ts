import type { ApplyResourcesPayload, Resource } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { askYes } from "../output/ask.ts";
import { printable } from "../output/table.ts";
import { count } from "../words.ts";
import { deleteTarget } from "./delete.ts";
import { fetchResources } from "./fetch-resources.ts";
import { nameOf } from "./target.ts";

/** What carries all of `tags` and is not among what is applied. */
export async function planPrune(
  context: CommandContext,
  applied: ApplyResourcesPayload,
  tags: readonly string[],
): Promise<readonly Resource[]> {
  const kept = new Set(applied.resources.map(nameOf));
  const tagged = await fetchResources(context, { tags });
  context.progress("");
  return tagged.filter((resource) => !kept.has(nameOf(resource)));
}

/** @throws {CommandError} nobody said yes */
export async function confirmPrune(context: CommandContext, plan: readonly Resource[], isSure: boolean): Promise<void> {
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

/**
 * Deletes what was planned. What others of the plan need goes after them: it is tried again as long as something else went.
 * @throws {CommandError} the first that is still needed by something that stays
 */
export async function prune(context: CommandContext, plan: readonly Resource[], dryRun: boolean): Promise<void> {
  if (dryRun) {
    for (const resource of plan) context.print(`${context.style.bad("delete   ")} ${printable(nameOf(resource))}`);
    return;
  }
  let left = plan.map(({ type, name, workspace }) => ({ type, name, ...(workspace && { workspace }) }));
  while (left.length > 0) {
    const refused: { readonly target: (typeof left)[number]; readonly error: CommandError }[] = [];
    for (const target of left) {
      context.progress(`deleting ${nameOf(target)}`);
      try {
        await deleteTarget(context, target, {});
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        // somebody else was faster
        if (error.exitCode === errorFaces.NOT_FOUND.exit) continue;
        if (error.exitCode !== errorFaces.CONFLICT.exit) throw error;
        refused.push({ target, error });
      }
    }
    context.progress("");
    const [first] = refused;
    if (first && refused.length === left.length) throw first.error;
    left = refused.map(({ target }) => target);
  }
}
