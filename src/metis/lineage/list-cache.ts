/** Lists of numbers by number, in few arrays of integers: millions of lists take little more than their content. */
export interface ListCache {
  has(key: number): boolean;
  /** The list; empty where there is none. Valid until the next change of the cache. */
  get(key: number): Int32Array;
  put(key: number, list: readonly number[]): void;
  forget(key: number): void;
  clear(): void;
}

const firstKeys = 1_024;
const firstRoom = 4_096;

/** @param maxValues as many values as are kept; beyond it, everything is forgotten and kept anew */
export function createListCache(maxValues: number): ListCache {
  let starts = new Int32Array(firstKeys).fill(-1);
  let lengths = new Int32Array(firstKeys);
  let values = new Int32Array(firstRoom);
  let used = 0;
  const cache: ListCache = {
    has: (key) => (starts[key] ?? -1) >= 0,
    get(key) {
      const start = starts[key] ?? -1;
      return start < 0 ? values.subarray(0, 0) : values.subarray(start, start + (lengths[key] ?? 0));
    },
    put(key, list) {
      // WHY: what was forgotten leaves a gap; to begin again now and then costs less than to move the rest together
      if (used + list.length > maxValues && used > 0) cache.clear();
      if (key >= starts.length) {
        starts = grow(starts, key + 1, -1);
        lengths = grow(lengths, key + 1, 0);
      }
      if (used + list.length > values.length) values = grow(values, used + list.length, 0);
      values.set(list, used);
      starts[key] = used;
      lengths[key] = list.length;
      used += list.length;
    },
    forget(key) {
      if (key < starts.length) starts[key] = -1;
    },
    clear() {
      starts.fill(-1);
      used = 0;
    },
  };
  return cache;
}

/** A copy with room for `length` values or more. */
export function grow(array: Int32Array<ArrayBuffer>, length: number, rest: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(length, Math.ceil(array.length * 1.5)));
  grown.set(array);
  if (rest !== 0) grown.fill(rest, array.length);
  return grown;
}
