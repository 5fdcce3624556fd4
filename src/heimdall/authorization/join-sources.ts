import type { DecisionObject } from "../../shared/decision.ts";
import type { ObjectSource } from "../ports.ts";

/** One source of several: each completes what those before it know. */
export function joinSources(...sources: readonly ObjectSource[]): ObjectSource {
  return {
    async describe(object) {
      let known = object;
      for (const source of sources) known = source.recall?.(known) ?? (await source.describe(known));
      return known;
    },
    recall(object) {
      let known: DecisionObject | undefined = object;
      for (const source of sources) {
        known = source.recall?.(known);
        if (known === undefined) return undefined;
      }
      return known;
    },
  };
}
