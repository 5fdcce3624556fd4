import { mutation } from "../root-field.ts";

/** Root fields about the projections of the catalog. */
export const projectionFields = {
  Mutation: {
    rebuildProjections: mutation("rebuildProjections", (auth, _, { services }) => services.catalog.rebuild(auth)),
  },
};
