import { z } from "zod";
import { keyword, mapping, opt, req, scalarText } from "../schema.ts";

const secretTypes = [
  "key-value",
  "key-value-properties",
  "certificate",
  "certificates",
  "cloud-kernel",
  "cloud-kernel-image-pull",
] as const;

const entries = z.record(z.string().min(1).max(256), scalarText).refine((given) => Object.keys(given).length <= 100, {
  message: "expected at most 100 entries",
});

/** `instance-secret:` and `secret:` (`reference/dataos.md` §10). */
export const secretSection = mapping({
  type: req(keyword(secretTypes), "kind of secret; `key-value-properties` for user names and passwords"),
  acl: req(keyword(["r", "rw"]), "what it is good for: reading, or writing as well"),
  data: opt(entries, "its entries, e.g. `username` and `password`"),
  files: opt(entries, "entries that are files; their text, as the server opens no file"),
}).refine((section) => Object.keys({ ...section.data, ...section.files }).length > 0, {
  message: "expected at least one entry below `data` or `files`",
});

export type SecretSection = z.infer<typeof secretSection>;
