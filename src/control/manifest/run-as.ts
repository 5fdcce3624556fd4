import type { ParsedManifest } from "./parse-manifests.ts";

/** A user whose rights a manifest takes. */
export interface RunAs {
  readonly user: string;
  /** where it stands in the manifest */
  readonly path: readonly PropertyKey[];
}

// what a policy says about users takes nobody's rights; `runAsUser` of a depot has no effect
const withoutRights: ReadonlySet<string> = new Set([
  "policy",
  "grant",
  "provider",
  "use-case",
  "user",
  "role",
  "depot",
]);

/**
 * Every user that a manifest says it acts for, those of manifests in a bundle included.
 * SECURITY: wherever the key stands, so that a type with a new place for it is not forgotten; only what a stack is told is its own.
 */
export function runAsUsersOf({ ref, manifest }: Pick<ParsedManifest, "ref" | "manifest">): readonly RunAs[] {
  if (withoutRights.has(ref.type)) return [];
  const found: RunAs[] = [];
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      const here = [...path, Array.isArray(value) ? Number(key) : key];
      if ((key === "runAsUser" || key === "manageAsUser") && typeof item === "string")
        found.push({ user: item, path: here });
      else if (key !== "stackSpec") walk(item, here);
    }
  };
  walk(manifest, []);
  return found;
}
