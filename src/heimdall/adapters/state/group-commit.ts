/** Collects items while a commit runs and hands them over together; each caller waits for the commit its item was in. */
export interface GroupCommit<Item, Result> {
  add(item: Item): Promise<Result>;
  /** Resolves when nothing is waiting or running any more. */
  drain(): Promise<void>;
}

/**
 * @param commit stores all items or none; gives one result per item
 * @param maxItems most items in one commit
 */
export function createGroupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  maxItems: number,
): GroupCommit<Item, Result> {
  interface Waiting {
    readonly item: Item;
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  const runOnce = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const results = await commit(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      // WHY: one turn of the event loop lets the calls that arrived together into one commit
      await new Promise((resolve) => setImmediate(resolve));
      const group = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      await runOnce(group);
    }
    running = undefined;
  };
  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= run();
      });
    },
    async drain() {
      while (running) await running;
    },
  };
}
