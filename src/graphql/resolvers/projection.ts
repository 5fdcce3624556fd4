import { recordChange } from "../record-change.ts";
import { mutation } from "../root-field.ts";

/** Root fields about the projections of the catalog. */
export const projectionFields = {
  Mutation: {
    rebuildProjections: mutation("rebuildProjections", async (auth, _, context) => {
      const rebuilt = await context.services.catalog.rebuild(auth);
      await recordChange(context, auth, ["search", "lineage"], rebuilt);
      return rebuilt;
    }),
  },
};
