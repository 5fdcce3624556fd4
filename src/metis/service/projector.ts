import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";
import { StaleError, UnavailableError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { CatalogStore, ProjectionLeases, ProjectionName } from "../adapters/state/index.ts";
import type { Feed } from "./feed.ts";

/** Keeps one projection up with the log. */
export interface Projector {
  /** Feeds it from now on, until `stop`. Idempotent. */
  start(): void;
  /** Ends feeding; resolves when what was under way is done. Idempotent. */
  stop(): Promise<void>;
  /** There is something new in the log. */
  wake(): void;
  /** @throws {UnavailableError} the projection's engine is down */
  appliedSeq(): Promise<number>;
  /** Waits until it is applied up to `seq`, at most 2 s. @throws {StaleError} it is not */
  waitFor(seq: number): Promise<void>;
  /**
   * Builds it anew beside the live one and swaps when the counts agree; feeding waits meanwhile.
   * @returns how many documents or nodes there are
   * @throws {UnavailableError} the counts do not agree, or another process has it; the live one stays as it is
   */
  rebuild(): Promise<number>;
}

export interface ProjectorOptions {
  readonly name: ProjectionName;
  readonly feed: Feed;
  readonly store: CatalogStore;
  readonly leases: Pick<ProjectionLeases, "acquire" | "release" | "note">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Other processes may write to the log: look into it now and then. */
  readonly multiProcess: boolean;
}

const batchSize = 2_000;
const leaseMs = 30_000;
const pollMs = 500;
const firstBackoffMs = 250;
const maxBackoffMs = 30_000;
const waitMs = 2_000;
const waitStepMs = 25;
const maxCatchUps = 5;

export function createProjector(options: ProjectorOptions): Projector {
  const { name, feed, store, leases, clock } = options;
  const logger = options.logger.child({ projection: name });
  let started = false;
  let dirty = false;
  let failures = 0;
  /** known while this process feeds it */
  let applied: number | undefined;
  let cancelTimer: (() => void) | undefined;
  let work: Promise<unknown> = Promise.resolve();
  let running = false;
  const waiters = new Set<() => void>();

  const exclusive = <T>(run: () => Promise<T>): Promise<T> => {
    const done = work.then(run, run);
    work = done.catch(() => {});
    return done;
  };
  const schedule = (delayMs: number): void => {
    cancelTimer?.();
    cancelTimer = started ? clock.schedule(delayMs, run) : undefined;
  };

  function run(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (!started || running) return;
    running = true;
    void exclusive(catchUp)
      .then(
        (isOurs) => {
          if (failures > 0) logger.info({ failures }, "projection answers again");
          failures = 0;
          if (!isOurs || options.multiProcess) schedule(pollMs);
        },
        (error: unknown) => {
          applied = undefined;
          const delayMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(failures, 10));
          failures++;
          logger.warn({ error, failures, delayMs }, "projection could not be fed; it is tried again");
          schedule(delayMs);
        },
      )
      .finally(() => {
        running = false;
        if (dirty && failures === 0) run();
      });
  }

  /** Feeds until the log's end. @returns whether it is this process that feeds */
  async function catchUp(): Promise<boolean> {
    dirty = false;
    if (!(await leases.acquire(name, leaseMs))) {
      applied = undefined;
      return false;
    }
    let leasedAt = clock.now();
    // WHY: asked anew each time, because a rebuild by another process may have set it back
    applied = await feed.appliedSeq();
    notify();
    while (started) {
      const changes = await store.readLog(applied, batchSize);
      const last = changes.at(-1);
      if (!last) return true;
      await feed.apply(changes);
      // WHY: embedded stores never wait, so without it nobody else is served before the log's end
      await nextTurn();
      applied = last.seq;
      notify();
      await leases.note(name, applied);
      if (clock.now() - leasedAt > leaseMs / 3) {
        if (!(await leases.acquire(name, leaseMs))) return false;
        leasedAt = clock.now();
      }
    }
    return true;
  }

  function notify(): void {
    for (const waiter of [...waiters]) waiter();
  }

  const appliedSeq = async (): Promise<number> => applied ?? feed.appliedSeq();

  async function rebuild(): Promise<number> {
    if (!(await leases.acquire(name, leaseMs))) {
      throw new UnavailableError(`the ${name} projection is being fed by another process; ask that one to rebuild it`);
    }
    const renewal = keepLease();
    try {
      const from = await store.currentSeq();
      const rebuilt = await feed.beginRebuild(from);
      try {
        for (let position = from, round = 1; ; round++) {
          position = await catchUpWith(rebuilt.feed, position);
          const { found, expected } = await rebuilt.verify();
          const moved = (await store.currentSeq()) !== position;
          if (found === expected && !moved) {
            renewal.assertHeld();
            await rebuilt.swap();
            applied = position;
            await leases.note(name, position);
            notify();
            logger.info({ count: found, seq: position }, "projection rebuilt");
            return found;
          }
          if (round < maxCatchUps && moved) continue;
          throw new UnavailableError(
            `the new ${name} projection holds ${found} entries and ${expected} were expected; the old one stays, try again`,
          );
        }
      } catch (error) {
        await rebuilt.abandon();
        throw error;
      }
    } finally {
      renewal.stop();
    }
  }

  async function catchUpWith(target: Pick<Feed, "apply">, from: number): Promise<number> {
    for (let position = from; ; ) {
      const changes = await store.readLog(position, batchSize);
      const last = changes.at(-1);
      if (!last) return position;
      await target.apply(changes);
      await nextTurn();
      position = last.seq;
    }
  }

  /** A rebuild may take longer than a lease. */
  function keepLease() {
    let lost = false;
    let cancel = (): void => {};
    const renew = (): void => {
      cancel = clock.schedule(leaseMs / 3, () => {
        leases.acquire(name, leaseMs).then(
          (isOurs) => {
            lost ||= !isOurs;
            renew();
          },
          () => {
            lost = true;
          },
        );
      });
    };
    renew();
    return {
      stop: () => cancel(),
      assertHeld() {
        if (lost) throw new UnavailableError(`another process took over the ${name} projection; try again`);
      },
    };
  }

  return {
    start() {
      if (started) return;
      started = true;
      run();
    },
    async stop() {
      if (!started) return;
      started = false;
      cancelTimer?.();
      await work;
      await leases.release(name).catch((error: unknown) => {
        logger.warn({ error }, "lease could not be given back; it runs out by itself");
      });
    },
    wake() {
      dirty = true;
      // an engine that is down is tried again at its own pace
      if (failures === 0) run();
    },
    appliedSeq,
    async waitFor(seq) {
      const deadline = clock.now() + waitMs;
      for (let reached = await appliedSeq(); reached < seq; reached = await appliedSeq()) {
        if (clock.now() >= deadline) {
          throw new StaleError(`the ${name} projection is at ${reached}, not yet at ${seq}; try again shortly`);
        }
        await new Promise<void>((resolve) => {
          const wakeUp = (): void => {
            cancel();
            waiters.delete(wakeUp);
            resolve();
          };
          const cancel = clock.schedule(waitStepMs, wakeUp);
          waiters.add(wakeUp);
        });
      }
    },
    rebuild: () => exclusive(rebuild),
  };
}
