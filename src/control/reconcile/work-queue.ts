import type { Clock } from "../../shared/clock.ts";

/** Keys that wait for work: each at most once, each worked on by one at a time. */
export interface WorkQueue {
  /** Asks for `key` after `delayMs`; an earlier time that was asked for stays. */
  add(key: string, delayMs?: number): void;
  /** Asks for `key` when nothing that was asked for by `add` is due. */
  addLast(key: string): void;
  /** Works on `key` before it returns, after whoever works on it now. */
  runNow(key: string): Promise<void>;
  /** Starts nothing that is due until `work` has ended, so that keys asked for on the way are worked on once. */
  batch<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs and nothing is due. */
  whenIdle(): Promise<void>;
  /** Takes nothing new; resolves when what runs has ended. */
  stop(): Promise<void>;
}

/**
 * @param work must not throw
 * @param concurrency keys worked on at once
 */
export function createWorkQueue(
  work: (key: string) => Promise<void>,
  { clock, concurrency }: { readonly clock: Clock; readonly concurrency: number },
): WorkQueue {
  const due = new Set<string>();
  // WHY: a change is not to wait for ten thousand that are only looked at again
  const last = new Set<string>();
  const later = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  const running = new Map<string, Promise<void>>();
  const batches = new Set<Promise<void>>();
  let stopped = false;

  return {
    add(key, delayMs = 0) {
      if (stopped) return;
      if (delayMs <= 0) return makeDue(key);
      const at = clock.now() + delayMs;
      const planned = later.get(key);
      if (due.has(key) || (planned && planned.at <= at)) return;
      planned?.cancel();
      later.set(key, { at, cancel: clock.schedule(delayMs, () => makeDue(key)) });
    },

    addLast(key) {
      if (stopped || due.has(key)) return;
      last.add(key);
      pump();
    },

    async runNow(key) {
      for (let before = running.get(key); before; before = running.get(key)) await before;
      if (stopped) return;
      due.delete(key);
      last.delete(key);
      forget(key);
      await start(key);
    },

    async batch(work) {
      const marker = Promise.withResolvers<void>();
      batches.add(marker.promise);
      try {
        return await work();
      } finally {
        batches.delete(marker.promise);
        marker.resolve();
        pump();
      }
    },

    async whenIdle() {
      while (running.size > 0 || due.size > 0 || last.size > 0 || batches.size > 0) {
        await Promise.all([...running.values(), ...batches]);
      }
    },

    async stop() {
      stopped = true;
      due.clear();
      last.clear();
      for (const { cancel } of later.values()) cancel();
      later.clear();
      await Promise.all(running.values());
    },
  };

  function makeDue(key: string): void {
    if (stopped) return;
    forget(key);
    last.delete(key);
    due.add(key);
    pump();
  }

  function forget(key: string): void {
    later.get(key)?.cancel();
    later.delete(key);
  }

  function pump(): void {
    if (batches.size > 0) return;
    for (const keys of [due, last]) {
      for (const key of keys) {
        if (running.size >= concurrency) return;
        // what is asked for while it is worked on is worked on again afterwards
        if (running.has(key)) continue;
        keys.delete(key);
        void start(key);
      }
    }
  }

  function start(key: string): Promise<void> {
    const done = work(key).finally(() => {
      running.delete(key);
      pump();
    });
    running.set(key, done);
    return done;
  }
}
