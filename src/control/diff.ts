import { stringify } from "yaml";

export { unifiedDiff } from "../shared/unified-diff.ts";

/** The manifest as it is shown and compared. */
export function toYaml(manifest: Readonly<Record<string, unknown>>): string {
  return stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false });
}
