import { setImmediate as nextTurn } from "node:timers/promises";
import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import { matchesFilter, type ObjectFilter } from "../../../shared/object-filter.ts";
import {
  type CompactReader,
  createGroups,
  createListCache,
  type Direction,
  grow,
  hiddenVertex,
  type ListCache,
  stubVertex,
  toFacts,
} from "../../lineage/index.ts";
import type { LineageNode } from "../../ports.ts";

/**
 * What closures have read of a graph, kept in numbers: handles are the ids of vertices. Nothing is read before it is asked for, and what a
 * change touches is forgotten, so it is never older than the file.
 */
export interface LineageCache {
  /** The graph as one who may see what `visible` selects and trace what `traceable` does. */
  readerFor(visible: ObjectFilter, traceable: ObjectFilter): CompactReader;
  /** Forgets what is known of these vertices. INVARIANT: called with everything that a change touched, after it. */
  forget(vertices: Iterable<number>): void;
  /** The file is another one. */
  clear(): void;
}

// 1 M nodes and 5 M edges, in both directions and at both granularities, take 120 MB at most
const maxValues = 16_000_000;
// policies that are in use at the same time; each takes 4 bytes a vertex
const maxViews = 8;
const readSize = 5_000;

/** Kept over the graph in `db()`. */
export function createLineageCache(db: () => SqliteDatabase): LineageCache {
  const lists = {
    dataset: { UPSTREAM: createListCache(maxValues), DOWNSTREAM: createListCache(maxValues) },
    column: { UPSTREAM: createListCache(maxValues), DOWNSTREAM: createListCache(maxValues) },
    members: createListCache(maxValues),
    /** of a column, its dataset */
    container: createListCache(maxValues),
  };
  const all: readonly ListCache[] = [
    ...Object.values(lists.dataset),
    ...Object.values(lists.column),
    lists.members,
    lists.container,
  ];
  const groups = createGroups();
  /** by what is visible and traceable: of each vertex what `CompactReader.look` answers, or `unread` */
  const views = new Map<string, View>();

  /** INVARIANT: without a pause, so that no change of the graph comes between reading a list and using it. */
  const readPart = (cache: ListCache, keys: readonly number[], sql: string): readonly number[][] => {
    const found = new Map<number, number[]>();
    const unread: number[] = [];
    for (const key of keys) {
      if (cache.has(key)) found.set(key, [...cache.get(key)]);
      else if (!found.has(key)) {
        found.set(key, []);
        unread.push(key);
      }
    }
    if (unread.length > 0) {
      for (const { near, far } of db()
        .prepare(sql)
        .all<{ near: number; far: number }>([JSON.stringify(unread)])) {
        found.get(near)?.push(far);
      }
      for (const key of unread) cache.put(key, found.get(key) ?? []);
    }
    return keys.map((key) => found.get(key) ?? []);
  };
  /** The list of each of `keys`. */
  const read = async (cache: ListCache, keys: readonly number[], sql: string): Promise<readonly number[][]> => {
    const lists: number[][] = [];
    for (let at = 0; at < keys.length; at += readSize) {
      for (const list of readPart(cache, keys.slice(at, at + readSize), sql)) lists.push(list);
      await nextTurn();
    }
    return lists;
  };
  const isColumn = async (vertices: readonly number[]): Promise<readonly boolean[]> =>
    (await read(lists.container, vertices, containers)).map((list) => list.length > 0);

  const readColumns = async (of: readonly number[], direction: Direction): Promise<readonly number[]> => {
    if (direction === "UPSTREAM") {
      // what leads to the columns, or to the rows that they are in
      const ends = new Set([...of, ...(await read(lists.container, of, containers)).flat()]);
      const found = (await read(lists.column.UPSTREAM, [...ends], edgesOf.column.UPSTREAM)).flat();
      const areColumns = await isColumn(found);
      return found.filter((_, index) => areColumns[index]);
    }
    const starts = await isColumn(of);
    const columns = of.filter((_, index) => starts[index]);
    const found = [...new Set((await read(lists.column.DOWNSTREAM, columns, edgesOf.column.DOWNSTREAM)).flat())];
    const ends = await isColumn(found);
    const datasets = found.filter((_, index) => !ends[index]);
    return [...found.filter((_, index) => ends[index]), ...(await read(lists.members, datasets, members)).flat()];
  };

  /** INVARIANT: without a pause, as `readPart`. */
  const lookPart = (view: View, vertices: readonly number[]): readonly number[] => {
    const unread = vertices.filter((vertex) => (view.groups[vertex] ?? unreadVertex) === unreadVertex);
    const highest = unread.reduce((a, b) => Math.max(a, b), 0);
    if (highest >= view.groups.length) view.groups = grow(view.groups, highest + 1, unreadVertex);
    for (const vertex of unread) view.groups[vertex] = hiddenVertex;
    if (unread.length > 0) {
      for (const { id, node: json } of db()
        .prepare(nodes)
        .all<{ id: number; node: string }>([JSON.stringify(unread)])) {
        const node = JSON.parse(json) as LineageNode;
        if (matchesFilter(view.visible, node.object)) view.groups[id] = groups.groupOf(toFacts(node));
        else if (matchesFilter(view.traceable, node.object)) view.groups[id] = stubVertex;
      }
    }
    return vertices.map((vertex) => view.groups[vertex] ?? hiddenVertex);
  };
  const look = async (view: View, vertices: readonly number[]): Promise<readonly number[]> => {
    const seen: number[] = [];
    for (let at = 0; at < vertices.length; at += readSize) {
      for (const group of lookPart(view, vertices.slice(at, at + readSize))) seen.push(group);
      await nextTurn();
    }
    return seen;
  };

  const viewOf = (visible: ObjectFilter, traceable: ObjectFilter): View => {
    const key = JSON.stringify([visible, traceable]);
    const view = views.get(key) ?? { visible, traceable, groups: new Int32Array(1_024).fill(unreadVertex) };
    // the one used last is the last to be given up
    views.delete(key);
    views.set(key, view);
    const [oldest] = views.keys();
    if (views.size > maxViews && oldest !== undefined) views.delete(oldest);
    return view;
  };

  return {
    readerFor(visible, traceable) {
      const view = viewOf(visible, traceable);
      return {
        handleOf: async (urn) => db().prepare("select id from vertex where urn = ?").get<{ id: number }>([urn])?.id,
        columns: async (dataset) => (await read(lists.members, [dataset], members)).flat(),
        async neighbours(of, direction, granularity) {
          if (granularity === "COLUMN") return readColumns(of, direction);
          return (await read(lists.dataset[direction], of, edgesOf.dataset[direction])).flat();
        },
        look: (vertices) => look(view, vertices),
        factsOf: groups.factsOf,
      };
    },
    forget(vertices) {
      for (const vertex of vertices) {
        for (const cache of all) cache.forget(vertex);
        for (const view of views.values()) if (vertex < view.groups.length) view.groups[vertex] = unreadVertex;
      }
    },
    clear() {
      for (const cache of all) cache.clear();
      views.clear();
    },
  };
}

interface View {
  readonly visible: ObjectFilter;
  readonly traceable: ObjectFilter;
  groups: Int32Array<ArrayBuffer>;
}

const unreadVertex = -3;

const nodes = "select v.id, v.node from json_each(?) f cross join vertex v on v.id = f.value where v.node is not null";
const containers = `
  select v.id as near, v.dataset as far from json_each(?) f cross join vertex v on v.id = f.value
  where v.dataset is not null`;
const members = `
  select c.dataset as near, c.id as far from json_each(?) f cross join vertex c on c.dataset = f.value`;
const edgesOf = {
  dataset: {
    UPSTREAM: `
      select distinct e.target as near, e.source as far
      from json_each(?) f cross join edge e on e.target = f.value and e.collapsed >= 1`,
    DOWNSTREAM: `
      select distinct e.source as near, e.target as far
      from json_each(?) f cross join edge e on e.source = f.value and e.collapsed >= 1`,
  },
  column: {
    UPSTREAM: `
      select distinct e.target as near, e.source as far
      from json_each(?) f cross join edge e on e.target = f.value and e.collapsed = 0`,
    DOWNSTREAM: `
      select distinct e.source as near, e.target as far
      from json_each(?) f cross join edge e on e.source = f.value and e.collapsed = 0`,
  },
} as const;
