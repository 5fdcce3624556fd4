import { z } from "zod";
import { keyword, mapping, shortText } from "../schema.ts";

/** `compute:` (`reference/dataos.md` §10); kept as a name that workflows refer to. */
export const computeSection = mapping({
  dataplane: shortText,
  purpose: keyword(["runnable", "query", "gpu"]),
  nodePool: mapping({
    nodeSelector: z.record(z.string(), shortText).optional(),
    tolerations: z
      .array(
        mapping({
          key: shortText.optional(),
          operator: keyword(["Equal", "Exists"]).optional(),
          value: shortText.optional(),
          effect: keyword(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
        }),
      )
      .optional(),
  }).optional(),
});

/** Computes that exist without being applied. */
export const stockComputes: ReadonlySet<string> = new Set(["runnable-default", "query-default"]);
