import { z } from "zod";
import { keyword, mapping, memory, opt, req, shortText, texts } from "../schema.ts";

/** `compute:` (`reference/dataos.md` §10); kept as a name that workflows refer to. */
export const computeSection = mapping({
  dataplane: req(shortText, "where it is, e.g. `hub`"),
  purpose: req(keyword(["runnable", "query", "gpu"]), "what it is for: jobs and services, queries, or graphics cards"),
  nodePool: opt(
    mapping({
      nodeSelector: opt(texts, "labels of the machines to take"),
      tolerations: opt(
        z
          .array(
            mapping({
              key: opt(shortText, "the taint"),
              operator: opt(keyword(["Equal", "Exists"]), "whether its value counts"),
              value: opt(shortText, "its value"),
              effect: opt(keyword(["NoSchedule", "PreferNoSchedule", "NoExecute"]), "what it keeps away"),
            }),
          )
          .max(50),
        "machines that it may run on although they are reserved",
      ),
    }),
    "the machines it runs on",
  ),
  limits: opt(
    mapping({
      maxParallelJobs: opt(z.int().min(1).max(1000), "most jobs on it at once, in each server process"),
      memory: opt(memory, "most memory of one job of the stack `process`, e.g. `512Mi`"),
    }),
    "what jobs on it obey",
  ),
});

/** Computes that exist without being applied. */
export const stockComputes: ReadonlySet<string> = new Set(["runnable-default", "query-default"]);
