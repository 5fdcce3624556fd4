/** Edges between the datasets 0..nodes-1, by target: those into `at` lie from `starts[at]` to `starts[at + 1]`. */
export interface BenchGraph {
  readonly nodes: number;
  readonly starts: Int32Array;
  readonly sources: Int32Array;
}

const seed = 12_345;
/** a dataset reads what was made not long before it */
const reach = 20_000;
/** of the edges, those whose source is chosen because much is read from it already */
const hubShare = 0.2;

/** A layered graph without cycles and with hubs; the same for the same size. */
export function generateGraph(nodes: number, edges: number): BenchGraph {
  const random = createRandom(seed);
  const from = new Int32Array(edges);
  const to = new Int32Array(edges);
  for (let at = 0; at < edges; at++) {
    const target = 1 + Math.floor(random() * (nodes - 1));
    let source: number;
    if (random() < hubShare && at > 100) {
      source = from[Math.floor(random() * at)] ?? 0;
      if (source >= target) source = Math.floor(random() * target);
    } else {
      source = target - 1 - Math.floor(random() * Math.min(target, reach));
    }
    from[at] = Math.max(0, source);
    to[at] = target;
  }
  const starts = new Int32Array(nodes + 1);
  for (const target of to) starts[target + 1] = (starts[target + 1] ?? 0) + 1;
  for (let at = 0; at < nodes; at++) starts[at + 1] = (starts[at + 1] ?? 0) + (starts[at] ?? 0);
  const next = starts.slice();
  const sources = new Int32Array(edges);
  for (let at = 0; at < edges; at++) {
    const target = to[at] ?? 0;
    const place = next[target] ?? 0;
    sources[place] = from[at] ?? 0;
    next[target] = place + 1;
  }
  return { nodes, starts, sources };
}

/** Evenly distributed in 0..1, from a seed (mulberry32). */
export function createRandom(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
