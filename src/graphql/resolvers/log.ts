import { describeResource } from "../../control/index.ts";
import { given } from "../given.ts";
import { parseRunId, runNodeId } from "../node-id.ts";
import { openList } from "../paging/connection.ts";
import { query } from "../root-field.ts";
import { toRef } from "./resource.ts";

/** Root fields about logs. */
export const logFields = {
  Query: {
    logs: query("logs", async (within, args, context) => {
      const { run, since, first, after } = args;
      const { control } = context.services;
      const resource = await control.get(within, toRef(args));
      const list = openList(context, ["logs", resource.urn, run ?? null], { first, ...given("after", after) });
      return {
        object: describeResource(resource),
        run: async (auth) => {
          // WHY: one more than asked for tells whether there is a next page
          const lines = await control.logs(auth, resource.ref, {
            first: first + 1,
            ...(run ? { run: parseRunId(run) } : {}),
            ...given("since", since),
            ...given("after", list.page.after),
          });
          const items = lines.slice(0, first).map(({ cursor, ...node }) => ({ cursor, node }));
          return list.toConnection({ items, hasNextPage: lines.length > first }, (line) => ({
            ...line,
            run: line.run === undefined ? null : runNodeId(line.run),
            job: line.job ?? null,
          }));
        },
      };
    }),
  },
};
