import { createHash } from "node:crypto";
import { canonicalJson } from "../audit/index.ts";
import type { RegisteredObject, VersionedObject } from "../ports.ts";

/** With its version: a hash of tags (in any order) and attributes, so that it needs no place of its own. */
export function toVersioned({ type, id, tags, attributes }: RegisteredObject): VersionedObject {
  const content = canonicalJson([[...new Set(tags)].sort(), attributes]);
  const version = createHash("sha256").update(content).digest("base64url").slice(0, 22);
  return { type, id, tags: [...new Set(tags)], attributes, version };
}
