import type { Authorizer, CallContext } from "../heimdall/ports.ts";
import { BadInputError, ConflictError, ForbiddenError, type Problem } from "../shared/errors.ts";
import { dependenciesOf } from "./dependencies.ts";
import { nameOf } from "./describe.ts";
import type { Plan } from "./plan.ts";
import type { ApplyRequest, ResourceRef } from "./ports.ts";
import type { Removals } from "./removals.ts";
import type { ResourceStore, StoredResource } from "./stores.ts";

/** what one call may prune; more is a sign of a wrong tag */
const mostPruned = 1000;
const pageSize = 200;

/** What goes with an apply: what carries all tags, may be seen, and is in none of the documents; by type and name. */
export type PrunePlanner = (
  call: CallContext,
  prune: NonNullable<ApplyRequest["prune"]>,
  plans: readonly Plan[],
) => Promise<readonly StoredResource[]>;

/** @returns a planner that throws {BadInputError} no tag, or too much; {ForbiddenError} with every refusal; {ConflictError} needed, or not expected */
export function createPruner({
  resources,
  removals,
  authorizer,
}: {
  readonly resources: Pick<ResourceStore, "list">;
  readonly removals: Removals;
  readonly authorizer: Pick<Authorizer, "authorizeList">;
}): PrunePlanner {
  return async (call, { tags, expected }, plans) => {
    if (tags.length === 0) throw new BadInputError("`prune` names no tag; say by at least one what may go");
    const kept = new Set(plans.map(({ manifest }) => nameOf(manifest.ref)));
    const going = (await listTagged(call, tags)).filter(({ ref }) => !kept.has(nameOf(ref)));
    if (going.length > mostPruned)
      throw new BadInputError(
        `${going.length} resources carry ${tags.map((tag) => `\`${tag}\``).join(", ")} and are in no document, at most ${mostPruned} are pruned at once; is the tag right?`,
      );
    if (expected) refuseUnexpected(going, expected);
    const made = plans.map(({ manifest }) => ({ ref: manifest.ref, dependencies: dependenciesOf(manifest) }));
    const refused: Problem[] = [];
    let decisionId: string | undefined;
    for (const resource of going) {
      try {
        await removals.check(call, resource, { going, made, force: false });
      } catch (error) {
        if (!(error instanceof ForbiddenError)) throw error;
        decisionId ??= error.decisionId;
        refused.push({ message: `${nameOf(resource.ref)}: ${error.message}` });
      }
    }
    const [first] = refused;
    if (!first) return going;
    const what = refused.length === 1 ? first.message : `${refused.length} resources may not be deleted`;
    throw new ForbiddenError(what, decisionId, { problems: refused });
  };

  async function listTagged(call: CallContext, tags: readonly string[]): Promise<StoredResource[]> {
    const auth = await authorizer.authorizeList(call, "resource.read");
    const found: StoredResource[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await resources.list({ tags }, auth.filter, { first: pageSize, after });
      found.push(...page.items.map(({ node }) => node).filter(({ phase }) => phase !== "Terminating"));
      after = page.items.at(-1)?.cursor;
      if (!page.hasNextPage || after === undefined) return found;
    }
  }
}

function refuseUnexpected(going: readonly StoredResource[], expected: readonly ResourceRef[]): void {
  const known = new Set(expected.map(nameOf));
  const more = going.map(({ ref }) => nameOf(ref)).filter((name) => !known.has(name));
  if (more.length === 0) return;
  throw new ConflictError(
    `${more.slice(0, 20).join(", ")} would go as well, which nobody has agreed to; look with a dry run and repeat the call`,
  );
}
