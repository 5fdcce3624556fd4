import type { PolicyVersion } from "../../control/ports.ts";
import { matchesFilter } from "../../shared/object-filter.ts";
import { describePolicy } from "../objects.ts";
import { openList } from "../paging/connection.ts";
import type { LivePolicy } from "../policy-lister.ts";
import { mutation, query } from "../root-field.ts";
import { impactOf, toApplied } from "./applied.ts";

/** Root fields about live policies and their versions. */
export const policyFields = {
  Query: {
    policies: query("policies", (auth, page, context) => {
      const list = openList(context, ["policies"], page);
      const { policies, policyVersion } = context.services.policies.list();
      const visible = policies.filter((policy) => matchesFilter(auth.filter, describePolicy(policy)));
      const connection = list.sliceToConnection(
        visible.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)),
        placeOf,
        (policy) => ({ ...policy, description: policy.description ?? null }),
      );
      return { ...connection, policyVersion };
    }),
    policyVersions: query("policyVersions", async (auth, page, context, resources) => {
      const list = openList(context, ["policyVersions"], page);
      const found = await context.services.control.policyVersions(auth, resources, list.page);
      return list.toConnection(found, toVersion);
    }),
  },
  Mutation: {
    rollbackPolicies: mutation(
      "rollbackPolicies",
      async (call, { input: { to, dryRun = false } }, { services }) => {
        const { at, resources } = await services.control.rollbackPolicies(call, { to, dryRun });
        const changed = dryRun ? resources.flatMap(({ policy }) => policy ?? []) : [];
        const impact = await impactOf(call, changed, services);
        const { policyVersion } = services.policies.list();
        return { at, resources: resources.map(toApplied), policyVersion, impact, userErrors: [] };
      },
      (userErrors) => ({ at: null, resources: [], policyVersion: null, impact: null, userErrors }),
    ),
  },
};

function toVersion({ version, since, changes }: PolicyVersion) {
  return {
    version,
    since,
    changes: changes.map(({ ref, actor, ...change }) => ({ ...change, ...ref, actor: actor ?? null })),
  };
}

/** WHY: a name may be used in several files. */
function placeOf({ name, file }: LivePolicy): string {
  return `${name} ${file}`;
}
