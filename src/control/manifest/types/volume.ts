import type { z } from "zod";
import { keyword, mapping, memory, opt, req, shortText } from "../schema.ts";

/** `volume:` (`reference/dataos.md` §10): a folder for services, workers and jobs. */
export const volumeSection = mapping({
  size: req(memory, "how much it may hold, e.g. `50Mi`, `10Gi`"),
  accessMode: req(keyword(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"]), "who may use it at the same time"),
  type: req(keyword(["temp", "persistent", "cloudTemp", "cloudPersistent"]), "whether it outlives what uses it"),
  compute: opt(shortText.min(1), "the compute it belongs to"),
});

export type VolumeSection = z.infer<typeof volumeSection>;
