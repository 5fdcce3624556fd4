import { createHash } from "node:crypto";
import { createIdSource, type IdSource } from "../../src/shared/ids.ts";
import { createManualClock } from "./clock.ts";

/** The same identifiers for the same `seed`, in order. */
export function createSeededIds(seed = "seed"): IdSource {
  return createIdSource(createManualClock(), createSeededRandom(seed));
}

/** The same bytes for the same `seed`, call by call. */
export function createSeededRandom(seed = "seed"): (size: number) => Buffer {
  let call = 0;
  return (size) => {
    const blocks: Buffer[] = [];
    for (let made = 0; made < size; made += 32) {
      blocks.push(createHash("sha256").update(`${seed}/${call++}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, size);
  };
}
