import { describe, expect, it } from "vitest";
import { generateApiKey, parseApiKey } from "../../src/heimdall/identity/index.ts";
import { createSeededRandom } from "../support/ids.ts";

describe("API key", () => {
  it("is read back as the one that was made", () => {
    const random = createSeededRandom("keys");
    for (let count = 0; count < 200; count++) {
      const { id, key } = generateApiKey(random);
      expect(parseApiKey(key)).toMatchObject({ kind: "issued", id });
    }
  });

  it("with one wrong character is refused by its checksum, without a look-up", () => {
    const { key } = generateApiKey(createSeededRandom("one"));
    for (let at = 0; at < key.length; at++) {
      for (const char of "0aZ_") {
        if (key[at] === char) continue;
        const changed = key.slice(0, at) + char + key.slice(at + 1);
        const parsed = parseApiKey(changed);
        expect(parsed?.kind === "issued", `${changed} at ${at}`).toBe(false);
      }
    }
  });

  it("uses every digit about equally often", () => {
    const counts = new Map<string, number>();
    const random = createSeededRandom("digits");
    for (let count = 0; count < 2_000; count++) {
      for (const digit of generateApiKey(random).key.split("_")[2] ?? "")
        counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
    const expected = (2_000 * 43) / 62;
    expect(counts.size).toBe(62);
    for (const [digit, seen] of counts) expect(Math.abs(seen - expected), digit).toBeLessThan(expected * 0.15);
  });
});
