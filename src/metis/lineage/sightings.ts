import { matchesFilter, type ObjectFilter } from "../../shared/object-filter.ts";
import type { LineageNode } from "../ports.ts";
import type { LineageReader } from "./reader.ts";

/** What the subject may know of a URN: `unknown` is no node at all, `hidden` one that it may neither see nor trace. */
export type Sight = "visible" | "stub" | "hidden" | "unknown";

/** Looks nodes up, each once, and keeps what the subject may know of them. */
export interface Sightings {
  look(urns: readonly string[]): Promise<void>;
  /** `unknown` as long as it was not looked at. */
  of(urn: string): Sight;
  /** The node, where it may appear in an answer. */
  node(urn: string): LineageNode | undefined;
}

/** Sees `reader`'s nodes as one who may see what `visible` selects and trace what `traceable` does. */
export function createSightings(reader: LineageReader, visible: ObjectFilter, traceable: ObjectFilter): Sightings {
  const sights = new Map<string, Sight>();
  const nodes = new Map<string, LineageNode>();
  return {
    async look(urns) {
      const unseen = urns.filter((urn) => !sights.has(urn));
      if (unseen.length === 0) return;
      for (const urn of unseen) sights.set(urn, "unknown");
      for (const node of await reader.nodes(unseen)) {
        const sight = matchesFilter(visible, node.object)
          ? "visible"
          : matchesFilter(traceable, node.object)
            ? "stub"
            : "hidden";
        sights.set(node.urn, sight);
        if (sight !== "hidden") nodes.set(node.urn, node);
      }
    },
    of: (urn) => sights.get(urn) ?? "unknown",
    node: (urn) => nodes.get(urn),
  };
}
