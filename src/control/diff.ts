import { stringify } from "yaml";
import type { ResourceRef } from "./ports.ts";

export { unifiedDiff } from "../shared/unified-diff.ts";

/** The manifest as it is shown and compared. */
export function toYaml(manifest: Readonly<Record<string, unknown>>): string {
  return stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Above a diff. */
export function titleOf({ type, workspace, name }: ResourceRef): string {
  return `${type}/${workspace === undefined ? "" : `${workspace}/`}${name}`;
}
