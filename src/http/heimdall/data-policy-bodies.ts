/** Bodies of the vendor's data policy API. */
import { z } from "zod";

const maxColumns = 5_000;
const maxTags = 1_000;
const name = z.string().min(1).max(1_000);
const tags = z.array(name).max(maxTags).default([]);

/** Where a dataset is. */
export const datasetPlace = z.object({ depot: name, collection: name, dataset: name });

/** Who is meant; default: the caller. */
export const dataPolicyQuery = z.object({ user_id: name.optional() });

export const dataPolicyRequest = datasetPlace.extend({ user_id: name.nullish() });

/** `depot.collection.dataset`, as a place. */
export const datasetId = z
  .string()
  .regex(/^[^.]+\.[^.]+\..+$/, "expected `depot.collection.dataset`")
  .max(3_000)
  .transform((id) => {
    const [depot = "", collection = "", ...dataset] = id.split(".");
    return { depot, collection, dataset: dataset.join(".") };
  });

/** A table that the catalog need not know. */
export const externalTable = z.object({
  id: datasetId,
  tags,
  columns: z.array(z.object({ name, data_type: z.string().max(1_000).default(""), tags })).max(maxColumns),
  user_id: name.nullish(),
});
