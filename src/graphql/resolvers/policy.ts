import { matchesFilter } from "../../shared/object-filter.ts";
import { describePolicy } from "../objects.ts";
import { openList } from "../paging/connection.ts";
import type { LivePolicy } from "../policy-lister.ts";
import { query } from "../root-field.ts";

/** Root fields about live policies. */
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
  },
};

/** WHY: a name may be used in several files. */
function placeOf({ name, file }: LivePolicy): string {
  return `${name} ${file}`;
}
