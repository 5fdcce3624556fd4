import { changing } from "../record-change.ts";
import { mutation } from "../root-field.ts";

/** Root fields about the projections of the catalog. */
export const projectionFields = {
  Mutation: {
    rebuildProjections: mutation("rebuildProjections", async (auth, _, context) => {
      const about = { object: ["search", "lineage"] };
      return changing(
        context,
        auth,
        about,
        () => context.services.catalog.rebuild(auth),
        (details) => ({ details }),
      );
    }),
  },
};
