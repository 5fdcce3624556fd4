import { describe, expect, it } from "vitest";
import {
  applyMask,
  type ColumnType,
  columnTypeOf,
  createMask,
  type RandomSource,
} from "../../src/heimdall/policy/masks/index.ts";
import type { Attributes, MaskOperator } from "../../src/shared/decision.ts";

const counting = (): RandomSource => {
  let next = 0;
  return { below: (limit) => next++ % limit };
};
const mask = (operator: MaskOperator, options: Attributes, value: unknown, type: ColumnType = "text") =>
  applyMask({ operator, options }, value as string, type, counting());

describe("masks", () => {
  it("redact to a constant of the column's type", () => {
    expect(mask("redact", {}, "ann@example.com")).toBe("REDACTED");
    expect(mask("redact", { replacement: "***" }, "ann@example.com")).toBe("***");
    expect(mask("redact", {}, 4711, "number")).toBe(0);
    expect(mask("redact", { replacement: "-1" }, 4711, "number")).toBe(-1);
    expect(mask("redact", {}, "4711.50", "number")).toBe("0");
    expect(mask("redact", {}, 4711n, "number")).toBe(0n);
    expect(mask("redact", {}, "1999-05-17", "date")).toBe("1970-01-01");
    expect(mask("redact", { replacement: "1900-01-01" }, "1999-05-17", "date")).toBe("1900-01-01");
    expect(mask("redact", {}, "1999-05-17T10:11:12Z", "timestamp")).toBe("1970-01-01T00:00:00Z");
    expect(mask("redact", {}, new Date("1999-05-17"), "date")).toEqual(new Date(0));
    expect(mask("redact", {}, true, "boolean")).toBe(false);
    expect(mask("redact", {}, ["a"], "other")).toBe(null);
  });

  it("hash the same value to the same hash, and numbers to numbers", () => {
    expect(mask("hash", {}, "abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(mask("hash", { algo: "md5" }, "abc")).toBe("900150983cd24fb0d6963f7d28e17f72");
    const number = mask("hash", {}, 42, "number");
    expect(number).toBe(mask("hash", {}, 42, "number"));
    expect(number).not.toBe(mask("hash", {}, 43, "number"));
    expect(mask("hash", {}, "42", "number")).toBe(String(number));
    expect(mask("hash", {}, "1999-05-17", "date")).toBe("1970-01-01");
  });

  it("put a number into its bucket, those below the first into the first", () => {
    const bucket = (value: unknown) => mask("bucket_number", { buckets: [20, 40, 60, 80, 100] }, value, "number");
    expect([27, 77, 20, 100, 5_000, 3, -7].map(bucket)).toEqual([20, 60, 20, 100, 100, 20, 20]);
    expect(bucket("27.5")).toBe("20");
    expect(bucket(27n)).toBe(20n);
    expect(bucket("many")).toBe("0");
    expect(mask("bucket_number", { buckets: [20] }, "many")).toBe("REDACTED");
  });

  it("put a time at the beginning of its period in UTC", () => {
    const bucket = (precision: string, value: unknown, type: ColumnType = "timestamp") =>
      mask("bucket_date", { precision }, value, type);
    const time = "2026-05-17T10:22:33.123Z"; // a Sunday
    expect(bucket("hour", time)).toBe("2026-05-17T10:00:00Z");
    expect(bucket("day", time)).toBe("2026-05-17T00:00:00Z");
    expect(bucket("week", time)).toBe("2026-05-11T00:00:00Z");
    expect(bucket("month", time)).toBe("2026-05-01T00:00:00Z");
    expect(bucket("quarter", time)).toBe("2026-04-01T00:00:00Z");
    expect(bucket("year", time)).toBe("2026-01-01T00:00:00Z");
    expect(bucket("day", "2026-05-17T23:30:00-02:00")).toBe("2026-05-18T00:00:00Z");
    expect(bucket("hour", "2026-05-17 10:22:33")).toBe("2026-05-17 10:00:00");
    expect(bucket("month", "2026-05-17", "date")).toBe("2026-05-01");
    expect(bucket("year", "0044-03-15", "date")).toBe("0044-01-01");
    expect(bucket("month", "2026-02-31", "date")).toBe("1970-01-01");
    expect(bucket("month", "yesterday", "date")).toBe("1970-01-01");
    expect(bucket("week", new Date(time))).toEqual(new Date("2026-05-11T00:00:00Z"));
  });

  it("replace by patterns, the documented lookahead included", () => {
    expect(mask("regex_replace", { pattern: ".{1,5}$", replacement: "#####" }, "0301234567")).toBe("03012#####");
    expect(mask("regex_replace", { pattern: "(\\w)\\w*@", replacement: "$1***@" }, "ann@example.com")).toBe(
      "a***@example.com",
    );
    expect(mask("regex_replace", { pattern: "[0-9](?=.*.{4})", replacement: "#" }, "4111-1111-1111-1234")).toBe(
      "####-####-####-1234",
    );
    expect(mask("regex_replace", { pattern: "[0-9](?=.*.{4})", replacement: "#" }, "123")).toBe("123");
    expect(mask("regex_replace", { pattern: "\\d{2}$", replacement: "00" }, 4711, "number")).toBe(4700);
    expect(mask("regex_replace", { pattern: "\\d", replacement: "x" }, 4711, "number")).toBe(0);
    expect(() =>
      createMask({ operator: "regex_replace", options: { pattern: "a(?=b)" } }, "text"),
    ).toThrowErrorMatchingInlineSnapshot(
      `[Error: pattern \`a(?=b)\` is not an RE2 expression (invalid or unsupported Perl syntax: \`(?=\`); of lookaheads only \`X(?=.*.{n})\` for one character X is supported, anything else is written without, e.g. \`^(.*)(.{4})$\` with the replacement \`####$2\`]`,
    );
  });

  it("make random texts by a pattern with chance from outside", () => {
    expect(mask("rand_pattern", { pattern: "###-##" }, "secret")).toBe("012-34");
    expect(mask("rand_pattern", { pattern: "9#-#" }, 17, "number")).toBe(901);
    expect(mask("rand_regexify", { pattern: "[A-C]{3}-\\d{2}" }, "secret")).toBe("BCA-67");
    expect(mask("rand_pattern", { pattern: "##" }, "1999-05-17", "date")).toBe("1970-01-01");
  });

  it("leave null as it is, and change nothing where pass_through says so", () => {
    for (const operator of ["redact", "hash", "bucket_date"] as const) expect(mask(operator, {}, null)).toBe(null);
    expect(mask("pass_through", {}, ["as", "it", "is"], "other")).toEqual(["as", "it", "is"]);
  });

  it("know the types of columns by their names in the sources", () => {
    const names = {
      text: ["text", "character varying(40)", "VARCHAR2(10)", "uuid", "citext"],
      number: ["integer", "bigint", "numeric(10,2)", "double precision", "int8", "DECIMAL(1)"],
      date: ["date"],
      timestamp: ["timestamp with time zone", "timestamptz", "datetime"],
      boolean: ["boolean", "bool"],
      other: ["text[]", "jsonb", "bytea", "interval", "time without time zone", "point", ""],
    };
    for (const [type, list] of Object.entries(names)) expect(list.map(columnTypeOf)).toEqual(list.map(() => type));
  });
});
