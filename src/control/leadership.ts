import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/logger.ts";
import type { Lease, LeaseStore } from "./stores.ts";

const ttlMs = 6000;
const beatMs = 2000;
const tryMs = 1000;
const name = "control-loop";

/** Which of the processes on one store brings resources to their manifests. */
export interface Leadership {
  /** The lease while this process has it for sure: one that could not be prolonged in time may be another's by now. */
  lease(): Lease | undefined;
  /** Tries now, and keeps trying. */
  start(): Promise<void>;
  /** Gives it up, so that another process need not wait. */
  stop(): Promise<void>;
}

/** @param onLead called each time this process becomes the one */
export function createLeadership({
  leases,
  holder,
  isShared,
  onLead,
  clock,
  logger,
}: {
  readonly leases: LeaseStore;
  readonly holder: string;
  /** Whether other processes may take it at all. */
  readonly isShared: boolean;
  readonly onLead: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}): Leadership {
  let held: Lease | undefined;
  let heldUntilMs = 0;
  let cancelTimer: (() => void) | undefined;
  let beating: Promise<void> = Promise.resolve();
  let isStopped = false;

  return {
    lease: () => (!isShared || clock.now() < heldUntilMs ? held : undefined),
    async start() {
      await beat();
    },
    async stop() {
      isStopped = true;
      cancelTimer?.();
      await beating;
      const last = held;
      held = undefined;
      if (last) await leases.release(last);
    },
  };

  async function beat(): Promise<void> {
    const askedMs = clock.now();
    try {
      if (held) {
        if (await leases.renew(held, ttlMs)) {
          const wasLate = isShared && askedMs >= heldUntilMs;
          heldUntilMs = askedMs + ttlMs;
          // what was asked for in the meantime was not done
          if (wasLate) await onLead();
        } else {
          logger.warn({ lease: name }, "another process took over the control loop");
          held = undefined;
        }
      } else {
        const acquired = await leases.acquire(name, holder, ttlMs);
        if (acquired) {
          held = acquired;
          heldUntilMs = askedMs + ttlMs;
          logger.info({ lease: name, token: acquired.token }, "this process runs the control loop");
          await onLead();
        }
      }
    } catch (error) {
      logger.warn({ lease: name, err: error }, "the lease of the control loop could not be held");
    }
    if (isStopped) return;
    cancelTimer = clock.schedule(held ? beatMs : tryMs, () => {
      beating = beat();
    });
  }
}
