import { describeRegisteredObject } from "../objects/index.ts";
import type { ObjectDirectory, ObjectLister, ObjectSource } from "../ports.ts";

/** Objects of services as searches look through them, type by type. @param source what is known of one that is named */
export function createDirectoryLister(directory: ObjectDirectory, source: ObjectSource): ObjectLister {
  const types = async (): Promise<readonly string[]> => (await directory.listTypes()).map(({ name }) => name).sort();
  return {
    ...source,
    types,
    async list({ type: wanted, filter }, { first, after }) {
      const [startType, startAfter] = after === undefined ? [undefined, undefined] : parseCursor(after);
      const items: { readonly cursor: string; readonly object: ReturnType<typeof describeRegisteredObject> }[] = [];
      for (const type of await types()) {
        if ((wanted !== undefined && type !== wanted) || (startType !== undefined && type < startType)) continue;
        const inner = type === startType ? startAfter : undefined;
        const listed = await directory.list(type, filter, { first: first + 1 - items.length, after: inner });
        for (const { cursor, object } of listed.items) {
          if (items.length === first) return { items, hasNextPage: true };
          items.push({ cursor: JSON.stringify([type, cursor]), object: describeRegisteredObject(object) });
        }
      }
      return { items, hasNextPage: false };
    },
  };
}

/** WHY not checked further: cursors come back inside tokens of ours, and a wrong one finds other objects that are decided as well. */
function parseCursor(cursor: string): readonly [type: string, after: string] {
  return JSON.parse(cursor) as [string, string];
}
