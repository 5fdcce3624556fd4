import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";

/** Where identifiers come from. */
export interface IdSource {
  /**
   * A UUIDv7: sorts by creation time, also within one millisecond of one source.
   * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.7
   */
  uuid(): string;
}

/** Makes UUIDv7 values from `clock` and the system's randomness. */
export function createIdSource(clock: Clock, random: (size: number) => Uint8Array = pooled()): IdSource {
  let lastMs = 0;
  let counter = 0;
  return {
    uuid() {
      const now = clock.now();
      // INVARIANT: (lastMs, counter) only grows, also when the clock goes back
      if (now > lastMs) {
        lastMs = now;
        counter = 0;
      } else if (++counter > 0xfff) {
        lastMs++;
        counter = 0;
      }
      const time = lastMs.toString(16).padStart(12, "0");
      const tail = Buffer.from(random(8));
      tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80;
      const rest = tail.toString("hex");
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}-${rest.slice(0, 4)}-${rest.slice(4)}`;
    },
  };
}

/** WHY: asking the system for each id costs more than the rest of it. */
function pooled(): (size: number) => Uint8Array {
  let pool = randomBytes(4_096);
  let used = 0;
  return (size) => {
    if (used + size > pool.length) {
      pool = randomBytes(4_096);
      used = 0;
    }
    used += size;
    return pool.subarray(used - size, used);
  };
}
