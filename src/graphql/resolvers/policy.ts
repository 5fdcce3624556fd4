import { matchesFilter } from "../../shared/object-filter.ts";
import { describePolicy } from "../objects.ts";
import { openList } from "../paging/connection.ts";
import { query } from "../root-field.ts";

/** Root fields about live policies. */
export const policyFields = {
  Query: {
    policies: query("policies", (auth, page, context) => {
      const list = openList(context, ["policies"], page);
      const { policies, policyVersion } = context.services.policies.list();
      const visible = policies.filter((policy) => matchesFilter(auth.filter, describePolicy(policy)));
      const connection = list.sliceToConnection(
        visible,
        ({ name }) => name,
        (policy) => ({ ...policy, description: policy.description ?? null }),
      );
      return { ...connection, policyVersion };
    }),
  },
};
