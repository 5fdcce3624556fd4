import { type Clock, toTimestamp } from "../../shared/clock.ts";
import { DataOsError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { ResourceStore } from "../stores.ts";
import type { ClaimedDelivery, DeliveryStore, TryOutcome } from "./ports.ts";
import { RefusedError, type SendDelivery } from "./send-delivery.ts";

export interface DeliveryWorkerOptions {
  readonly deliveries: DeliveryStore;
  readonly resources: Pick<ResourceStore, "findByUid">;
  readonly send: SendDelivery;
  /** this process, among those that share the store */
  readonly holder: string;
  /** Whether other processes send too. */
  readonly isShared: boolean;
  /** A delivery of this pager ended, or is tried again later. */
  readonly onChange: (pager: string) => void;
  readonly clock: Clock;
  /** 0..1, spreads retries */
  readonly random: () => number;
  readonly logger: Logger;
}

/** Sends what pagers have to send, here or in any other process: each at least once. */
export interface DeliveryWorker {
  start(): Promise<void>;
  /** There may be something to send. */
  notify(): void;
  /** Breaks off; what was not sent is sent by the next process. */
  stop(): Promise<void>;
}

const maxTries = 8;
const maxAtOnce = 4;
const claimMs = 30_000;
const longestMs = 20_000;
const pollMs = 1000;
const firstDelayMs = 5000;
const maxDelayMs = 600_000;
const kept = 200;

export function createDeliveryWorker(options: DeliveryWorkerOptions): DeliveryWorker {
  const { deliveries, clock, logger } = options;
  const sending = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let pumping: Promise<void> = Promise.resolve();
  let cancelWake: (() => void) | undefined;

  return {
    async start() {
      await pump(!options.isShared);
    },
    notify: () => void pump(false),
    async stop() {
      stopping.abort(new DOMException("the server stops", "AbortError"));
      cancelWake?.();
      await pumping;
      await Promise.all(sending.values());
    },
  };

  function pump(orphans: boolean): Promise<void> {
    pumping = pumping.then(async () => {
      if (stopping.signal.aborted) return;
      try {
        const room = maxAtOnce - sending.size;
        if (room > 0)
          for (const claimed of await deliveries.claim(options.holder, claimMs, room, orphans)) begin(claimed);
        await wakeLater();
      } catch (error) {
        logger.error({ err: error }, "deliveries could not be taken");
        wakeIn(pollMs);
      }
    });
    return pumping;
  }

  /** Where others make and leave deliveries too, nobody tells; else the next one is known. */
  async function wakeLater(): Promise<void> {
    if (options.isShared) return wakeIn(pollMs);
    const due = await deliveries.nextDue();
    // what waits for room is taken when there is some
    if (due !== undefined && sending.size < maxAtOnce) wakeIn(Math.max(0, Date.parse(due) - clock.now()));
  }

  function wakeIn(delayMs: number): void {
    cancelWake?.();
    if (!stopping.signal.aborted) cancelWake = clock.schedule(delayMs, () => void pump(false));
  }

  function begin(claimed: ClaimedDelivery): void {
    const { id, uid } = claimed.delivery;
    const done = carryOut(claimed)
      .catch((error: unknown) => logger.error({ delivery: id, err: error }, "a delivery could not be written"))
      .finally(() => {
        sending.delete(id);
        options.onChange(uid);
        void pump(false);
      });
    sending.set(id, done);
  }

  async function carryOut({ delivery, lease }: ClaimedDelivery): Promise<void> {
    const pager = await options.resources.findByUid(delivery.uid);
    let outcome: TryOutcome;
    if (!pager || pager.phase === "Terminated" || pager.phase === "Terminating") {
      outcome = { state: "dead", message: "its pager is deleted" };
    } else {
      const late = new AbortController();
      const cancel = clock.schedule(longestMs, () => late.abort(new DOMException("it took too long", "TimeoutError")));
      try {
        const signal = AbortSignal.any([stopping.signal, late.signal]);
        outcome = { state: "delivered", message: await options.send(pager, delivery, signal) };
      } catch (error) {
        if (stopping.signal.aborted) return deliveries.release(lease);
        outcome = toOutcome(error, delivery.tries);
        logger.warn(
          { delivery: delivery.id, output: delivery.output, tries: delivery.tries, err: error },
          "a delivery did not succeed",
        );
      } finally {
        cancel();
      }
    }
    if (!(await deliveries.settle(lease, outcome))) {
      logger.warn({ delivery: delivery.id }, "another process took a delivery over while this one stood still");
      return;
    }
    if (outcome.state !== "pending") await deliveries.prune(delivery.uid, kept);
  }

  function toOutcome(error: unknown, tries: number): TryOutcome {
    const isPlanned = error instanceof DataOsError && error.code !== "INTERNAL";
    // SECURITY: only planned messages are shown
    const why = isPlanned
      ? error.message
      : error instanceof DOMException
        ? error.message
        : "an unplanned error; the server's log has the rest";
    if (tries >= maxTries) return { state: "dead", message: `given up after ${tries} tries: ${why}` };
    const full = Math.min(maxDelayMs, firstDelayMs * 2 ** (tries - 1));
    const asked = error instanceof RefusedError ? Math.min(maxDelayMs, (error.retryAfterSeconds ?? 0) * 1000) : 0;
    const delayMs = Math.max(asked, Math.round(full / 2 + (full / 2) * options.random()));
    return { state: "pending", message: why, nextAt: toTimestamp(clock.now() + delayMs) };
  }
}
