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
export function createIdSource(clock: Clock, random: (size: number) => Uint8Array = randomBytes): IdSource {
  let lastMs = 0;
  let counter = 0;
  let time = formatTime(lastMs);
  // WHY: asking the system for each id costs more than the rest of it
  let digits = "";
  let used = 0;
  return {
    uuid() {
      const now = clock.now();
      // INVARIANT: (lastMs, counter) only grows, also when the clock goes back
      if (now > lastMs || counter === 0xfff) {
        lastMs = now > lastMs ? now : lastMs + 1;
        counter = 0;
        time = formatTime(lastMs);
      } else counter++;
      if (used === digits.length) {
        digits = Buffer.from(random(2_048)).toString("hex");
        used = 0;
      }
      const at = used;
      used += 16;
      const order = (0x7000 + counter).toString(16);
      const variant = variants[Number.parseInt(digits.charAt(at), 16) & 3] ?? "8";
      return `${time}-${order}-${variant}${digits.slice(at + 1, at + 4)}-${digits.slice(at + 4, used)}`;
    },
  };
}

/** Two random bits behind the variant's `10`. */
const variants = "89ab";

function formatTime(ms: number): string {
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}
