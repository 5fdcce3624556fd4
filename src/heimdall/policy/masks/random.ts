import { randomInt } from "node:crypto";

/** Where masks take chance from. */
export interface RandomSource {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
}

/** Chance that nobody can foresee. */
export const systemRandom: RandomSource = { below: (limit) => randomInt(limit) };
