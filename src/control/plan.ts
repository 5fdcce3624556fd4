import type { DecisionObject } from "../shared/decision.ts";
import type { Problem } from "../shared/errors.ts";
import type { ParsedManifest } from "./manifest/index.ts";
import type { StoredResource } from "./stores.ts";

/** One manifest on its way to the store. */
export interface Plan {
  readonly manifest: ParsedManifest;
  readonly existing: StoredResource | undefined;
  readonly owner: string;
  readonly object: DecisionObject;
  readonly warnings: Problem[];
}
