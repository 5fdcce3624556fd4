import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import {
  applyMask,
  type ColumnType,
  compileRegexify,
  compileReplacePattern,
  type Maskable,
} from "../../src/heimdall/policy/masks/index.ts";
import type { Attributes, MaskOperator } from "../../src/shared/decision.ts";

const numRuns = Number(process.env.TEST_PROPERTY_RUNS ?? 3_000);

const masks: fc.Arbitrary<{ readonly operator: MaskOperator; readonly options: Attributes }> = fc.constantFrom(
  { operator: "redact", options: {} },
  { operator: "redact", options: { replacement: "gone" } },
  { operator: "hash", options: {} },
  { operator: "bucket_number", options: { buckets: [0, 10, 100] } },
  { operator: "bucket_date", options: { precision: "week" } },
  { operator: "regex_replace", options: { pattern: "[0-9]", replacement: "7" } },
  { operator: "regex_replace", options: { pattern: ".", replacement: "x" } },
  { operator: "rand_pattern", options: { pattern: "##.#" } },
  { operator: "rand_regexify", options: { pattern: "[a-z]{2}\\d" } },
);
const day = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
const values: Record<Exclude<ColumnType, "other">, fc.Arbitrary<Maskable>> = {
  text: fc.oneof(
    fc.string({ unit: "binary" }),
    day.map((time) => time.toISOString()),
  ),
  number: fc.oneof(fc.double(), fc.integer(), fc.bigInt(), fc.integer().map(String), fc.constant("1e999")),
  date: fc.oneof(
    day,
    day.map((time) => time.toISOString().slice(0, 10)),
    fc.string(),
  ),
  timestamp: fc.oneof(
    day,
    day.map((time) => time.toISOString()),
    fc.string(),
  ),
  boolean: fc.boolean(),
};
const typed = fc
  .constantFrom(...(Object.keys(values) as (keyof typeof values)[]))
  .chain((type) => values[type].map((value) => ({ type, value })));

function isOfType(value: Maskable, original: Maskable, type: ColumnType): boolean {
  if (type === "number") {
    if (typeof original === "bigint") return typeof value === "bigint";
    if (typeof original === "number") return typeof value === "number" && !Number.isNaN(value);
    return typeof value === "string" && !Number.isNaN(Number(value));
  }
  if (type === "boolean") return typeof value === "boolean";
  if (type === "text") return typeof value === "string";
  if (original instanceof Date) return value instanceof Date && !Number.isNaN(value.getTime());
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

describe("masks", () => {
  it("keep the type of every value, whatever the operator", () => {
    fc.assert(
      fc.property(masks, typed, (mask, { type, value }) => {
        const masked = applyMask(mask, value, type);
        expect(isOfType(masked, value, type), `${String(value)} -> ${String(masked)}`).toBe(true);
      }),
      { numRuns },
    );
  });

  it("answer the same for the same value where nothing is random", () => {
    fc.assert(
      fc.property(masks, typed, (mask, { type, value }) => {
        if (mask.operator.startsWith("rand_")) return;
        expect(applyMask(mask, value, type)).toEqual(applyMask(mask, value, type));
      }),
      { numRuns },
    );
  });

  it("give the lower bound of the bucket that a number lies in", () => {
    const bounds = fc
      .uniqueArray(fc.integer(), { minLength: 1, maxLength: 8 })
      .map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(bounds, fc.integer(), (buckets, value) => {
        const bound = Number(applyMask({ operator: "bucket_number", options: { buckets } }, value, "number"));
        expect(buckets).toContain(bound);
        expect(bound <= value || bound === buckets[0]).toBe(true);
        expect(buckets.some((other) => other > bound && other <= value)).toBe(false);
      }),
      { numRuns },
    );
  });

  it("never move a time forward, nor twice", () => {
    const precisions = fc.constantFrom("hour", "day", "week", "month", "quarter", "year");
    fc.assert(
      fc.property(precisions, day, (precision, time) => {
        const mask = { operator: "bucket_date", options: { precision } } as const;
        const start = applyMask(mask, time, "timestamp") as Date;
        expect(start.getTime()).toBeLessThanOrEqual(time.getTime());
        expect(applyMask(mask, start, "timestamp")).toEqual(start);
      }),
      { numRuns },
    );
  });

  it("make texts that match their pattern", () => {
    const atom = fc.constantFrom("a", "\\d", "\\w", "[a-f0-9]", "[^x]", ".", "\\.", "(?:ab|c)", "(x|y{2})", "é");
    const quantifier = fc.constantFrom("", "?", "*", "+", "{2}", "{1,3}", "{2,}", "*?");
    const pattern = fc
      .array(
        fc.tuple(atom, quantifier).map((parts) => parts.join("")),
        { minLength: 1, maxLength: 5 },
      )
      .map((parts) => parts.join(""));
    const random = fc.infiniteStream(fc.nat());
    fc.assert(
      fc.property(pattern, pattern, random, (left, right, stream) => {
        const text = `${left}|${right}`;
        const made = compileRegexify(text)({ below: (limit) => (stream.next().value ?? 0) % limit });
        expect(RE2JS.compile(`^(?:${text})$`).matcher(made).find(), `${text} -> ${made}`).toBe(true);
        expect(made.length).toBeLessThanOrEqual(256);
      }),
      { numRuns },
    );
  });

  it("replace before a tail exactly what the lookahead means", () => {
    const one = fc.constantFrom("[0-9]", ".", "\\d", "a", "[^-]");
    fc.assert(
      fc.property(
        one,
        fc.integer({ min: 0, max: 6 }),
        fc.string({ unit: fc.constantFrom("a", "1", "-", "\n") }),
        (x, n, text) => {
          const pattern = `${x}(?=.*.{${n}})`;
          expect(compileReplacePattern(pattern).replaceAll(text, "#")).toBe(
            text.replace(new RegExp(pattern, "g"), "#"),
          );
        },
      ),
      { numRuns },
    );
  });
});
