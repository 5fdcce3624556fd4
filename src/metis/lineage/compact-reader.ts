import type { LineageNode, LineageStore } from "../ports.ts";
import type { Direction, Granularity, LineageReader } from "./reader.ts";
import { createSightings } from "./sightings.ts";

/** What is counted of a node. */
export interface NodeFacts {
  readonly kind: string;
  readonly depot: string | undefined;
  readonly owners: readonly string[];
}

/** What `CompactReader.look` tells of a vertex that is hidden, or no node. */
export const hiddenVertex = -1;
/** What `CompactReader.look` tells of a vertex that may only be traced. */
export const stubVertex = -2;

/**
 * The graph as one subject may know it, in numbers, for walks too wide to carry names. A handle stands for a URN, a group for
 * all nodes with equal facts; both mean something to this reader only.
 */
export interface CompactReader {
  /** `undefined`: no vertex. */
  handleOf(urn: string): Promise<number | undefined>;
  /** Handles of the columns of a dataset. */
  columns(dataset: number): Promise<readonly number[]>;
  /** All neighbours of `handles`, in any order, some more than once. */
  neighbours(handles: readonly number[], direction: Direction, granularity: Granularity): Promise<readonly number[]>;
  /** Of each of `handles` its group, or `hiddenVertex` or `stubVertex`. */
  look(handles: readonly number[]): Promise<readonly number[]>;
  factsOf(group: number): NodeFacts;
}

/** What is counted of `node`. */
export function toFacts({ kind, object }: LineageNode): NodeFacts {
  const { depot, owners } = object.attributes;
  return {
    kind,
    depot: typeof depot === "string" ? depot : undefined,
    owners: Array.isArray(owners) ? owners.filter((owner) => typeof owner === "string") : [],
  };
}

/** Gives equal facts equal numbers. */
export function createGroups(): { groupOf(facts: NodeFacts): number; factsOf(group: number): NodeFacts } {
  const numbers = new Map<string, number>();
  const groups: NodeFacts[] = [];
  return {
    groupOf(facts) {
      const key = JSON.stringify([facts.kind, facts.depot, facts.owners]);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, groups.length);
      return groups.push(facts) - 1;
    },
    factsOf(group) {
      const facts = groups[group];
      if (!facts) throw new TypeError(`there is no group ${group} of nodes`);
      return facts;
    },
  };
}

// as many names as one question to a store may well carry
const chunkSize = 2_000;

/** Numbers over a reader of names, for one walk. */
export function toCompactReader(
  reader: LineageReader,
  visible: Parameters<LineageStore["impact"]>[1],
  traceable: Parameters<LineageStore["impact"]>[2],
): CompactReader {
  const handles = new Map<string, number>();
  const urns: string[] = [];
  const groups = createGroups();
  const sightings = createSightings(reader, visible, traceable);
  const handleOf = (urn: string): number => {
    const known = handles.get(urn);
    if (known !== undefined) return known;
    handles.set(urn, urns.length);
    return urns.push(urn) - 1;
  };
  const urnsOf = (of: readonly number[]): string[] => of.flatMap((handle) => urns[handle] ?? []);
  return {
    handleOf: async (urn) => handleOf(urn),
    columns: async (dataset) => (await reader.columns(urns[dataset] ?? "")).map(handleOf),
    async neighbours(of, direction, granularity) {
      const found: number[] = [];
      for (let at = 0; at < of.length; at += chunkSize) {
        const near = urnsOf(of.slice(at, at + chunkSize));
        for (const { neighbour } of await reader.neighbours(near, direction, granularity)) {
          found.push(handleOf(neighbour));
        }
      }
      return found;
    },
    async look(of) {
      const looked = urnsOf(of);
      for (let at = 0; at < looked.length; at += chunkSize) await sightings.look(looked.slice(at, at + chunkSize));
      return looked.map((urn) => {
        const node = sightings.node(urn);
        if (!node) return hiddenVertex;
        return sightings.of(urn) === "stub" ? stubVertex : groups.groupOf(toFacts(node));
      });
    },
    factsOf: groups.factsOf,
  };
}
