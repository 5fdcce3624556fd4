import { createHash } from "node:crypto";
import { assertNever } from "../../../shared/brand.ts";
import type { Attributes, AttributeValue, Mask } from "../../../shared/decision.ts";
import { bucketDate, type DatePrecision, datePrecisions } from "./bucket-date.ts";
import type { ColumnType } from "./column-type.ts";
import { type RandomSource, systemRandom } from "./random.ts";
import { compileRegexify } from "./regexify.ts";
import { compileReplacePattern } from "./replace-pattern.ts";

/** A value of a column. */
export type Maskable = AttributeValue | bigint | Date | undefined;

/** What a mask makes of each value of one column. */
export type MaskFunction = (value: Maskable) => Maskable;

/**
 * Makes a mask ready for the values of a column. Types stay: a masked number is a number (a text of digits stays a text of digits), a
 * date a date, null null. What an operator cannot be applied to is redacted, never passed on.
 *
 * | operator | text | number | date, timestamp |
 * |---|---|---|---|
 * | `redact` | `replacement`, default `REDACTED` | `replacement` where it is a number, else 0 | `replacement` where it is one, else 1970-01-01 |
 * | `hash` | hex of `sha256` (default), `sha512`, `md5` | a whole number made of the hash, below 2^48 | redacted |
 * | `bucket_number` | of digits: as number | greatest bound not above it; below the first: the first | redacted |
 * | `bucket_date` | of a date: as date | redacted | beginning of the period in UTC |
 * | `regex_replace` | every match replaced | replaced where that leaves a number | replaced where that leaves a date |
 * | `rand_pattern`, `rand_regexify` | random text | its digits | redacted |
 *
 * Booleans become `false`, everything else (lists, JSON, bytes) null, but for `pass_through`.
 * @param random default: chance that nobody can foresee
 * @throws {PatternFault} a pattern cannot be used
 */
export function createMask(
  { operator, options }: Pick<Mask, "operator" | "options">,
  type: ColumnType,
  random: RandomSource = systemRandom,
): MaskFunction {
  if (operator === "pass_through") return (value) => value;
  const redact = (value: Maskable): Maskable => redacted(value, type, textOf(options, "replacement"));
  const change = changeOf(operator, options, type, random);
  return (value) => {
    if (value === null || value === undefined) return value;
    const changed = type === "boolean" || type === "other" ? undefined : change(value);
    return changed === undefined ? redact(value) : changed;
  };
}

/** One value masked; for many values of a column make the mask once. @see createMask */
export function applyMask(
  mask: Pick<Mask, "operator" | "options">,
  value: Maskable,
  type: ColumnType,
  random?: RandomSource,
): Maskable {
  return createMask(mask, type, random)(value);
}

/** What is not null, changed; `undefined`: the operator cannot be applied to it. */
type Change = (value: NonNullable<Maskable>) => Maskable;

const never: Change = () => undefined;

function changeOf(
  operator: Exclude<Mask["operator"], "pass_through">,
  options: Attributes,
  type: ColumnType,
  random: RandomSource,
): Change {
  switch (operator) {
    case "redact":
      return never;
    case "hash": {
      const algorithm = textOf(options, "algo") ?? "sha256";
      return (value) => {
        if (type !== "text" && type !== "number") return undefined;
        const hash = createHash(algorithm)
          .update(plainText(value) ?? JSON.stringify(value))
          .digest("hex");
        return type === "text" ? hash : likeNumber(Number.parseInt(hash.slice(0, 12), 16), value);
      };
    }
    case "bucket_number": {
      const buckets = Array.isArray(options.buckets)
        ? options.buckets.filter((bound) => typeof bound === "number")
        : [];
      return (value) => {
        const number = type === "number" || type === "text" ? toNumber(value) : undefined;
        const first = buckets[0];
        return number === undefined || first === undefined
          ? undefined
          : likeNumber(buckets.findLast((bound) => number >= bound) ?? first, value);
      };
    }
    case "bucket_date": {
      const precision = datePrecisions.find((known) => known === options.precision) ?? ("year" satisfies DatePrecision);
      return (value) => (type === "number" ? undefined : bucketDate(value, precision));
    }
    case "regex_replace": {
      const pattern = compileReplacePattern(textOf(options, "pattern") ?? ".*");
      const replacement = textOf(options, "replacement") ?? "";
      return (value) => {
        const text = plainText(value);
        return text === undefined ? undefined : likeOriginal(pattern.replaceAll(text, replacement), value, type);
      };
    }
    case "rand_pattern": {
      const pattern = textOf(options, "pattern") ?? "####";
      const make = (): string => pattern.replace(/#/g, () => String(random.below(10)));
      return (value) => randomLike(make(), value, type);
    }
    case "rand_regexify": {
      const generate = compileRegexify(textOf(options, "pattern") ?? ".*");
      return (value) => randomLike(generate(random), value, type);
    }
    default:
      return assertNever(operator);
  }
}

/** A constant of the type. */
function redacted(value: Maskable, type: ColumnType, replacement: string | undefined): Maskable {
  switch (type) {
    case "text":
      return replacement ?? "REDACTED";
    case "number":
      return likeNumber(toNumber(replacement ?? 0) ?? 0, value);
    case "date":
    case "timestamp": {
      const given = replacement === undefined ? undefined : bucketDate(replacement, type === "date" ? "day" : "hour");
      const day = typeof given === "string" ? given.slice(0, 10) : "1970-01-01";
      if (value instanceof Date) return new Date(`${day}T00:00:00Z`);
      return type === "date" ? day : `${day}T00:00:00Z`;
    }
    case "boolean":
      return false;
    case "other":
      return null;
    default:
      return assertNever(type);
  }
}

function textOf(options: Attributes, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}

/** The value as people write it; `undefined` for what is no single value. */
function plainText(value: NonNullable<Maskable>): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  return typeof value === "object" ? undefined : String(value);
}

function toNumber(value: Maskable): number | undefined {
  if (typeof value === "number") return Number.isNaN(value) ? undefined : value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string" || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(value.trim())) return undefined;
  return Number(value);
}

/** A number in the form in which the original came: drivers give large ones as text or bigint. */
function likeNumber(number: number, original: Maskable): Maskable {
  if (typeof original === "bigint") return BigInt(Math.trunc(number));
  return typeof original === "string" ? String(number) : number;
}

function likeOriginal(text: string, original: NonNullable<Maskable>, type: ColumnType): Maskable {
  if (type === "text") return text;
  if (type === "number") {
    const number = toNumber(text);
    return number === undefined ? undefined : typeof original === "string" ? text : likeNumber(number, original);
  }
  if (bucketDate(text, "hour") === undefined) return undefined;
  return original instanceof Date ? new Date(text) : text;
}

function randomLike(text: string, original: Maskable, type: ColumnType): Maskable {
  if (type === "text") return text;
  const digits = text.replace(/\D/g, "").slice(0, 15);
  return type === "number" && digits !== "" ? likeNumber(Number(digits), original) : undefined;
}
