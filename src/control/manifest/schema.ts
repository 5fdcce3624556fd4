import { z } from "zod";
import { parseDurationMs } from "./duration.ts";

const marker = "\u0000allowed:";

/**
 * A mapping that takes these keys and no others.
 * WHY: the allowed keys travel in the issue's message, so that the fault can name the nearest one; see `allowedKeys`.
 */
export function mapping<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const allowed = marker + Object.keys(shape).join(",");
  return z.strictObject(shape, { error: (issue) => (issue.code === "unrecognized_keys" ? allowed : undefined) });
}

/** The keys that `mapping` put into an issue's message. */
export function allowedKeys(message: string): readonly string[] {
  return message.startsWith(marker) ? message.slice(marker.length).split(",") : [];
}

/** One of `values` in any letter case; given back as it stands in `values`. */
export function keyword<const V extends readonly [string, ...string[]]>(values: V) {
  const bySpelling = new Map(values.map((value) => [value.toLowerCase(), value]));
  return z.preprocess(
    (given) => (typeof given === "string" ? (bySpelling.get(given.trim().toLowerCase()) ?? given) : given),
    z.enum(values),
  );
}

/** A text, or a number or boolean that stands for its text. */
export const scalarText = z.preprocess(
  (given) => (typeof given === "number" || typeof given === "boolean" ? String(given) : given),
  z.string().max(65_536),
);

export const text = z.string().max(4096);
export const shortText = z.string().max(256);
export const tagList = z.array(z.string().min(1).max(256)).max(200);
/** What is looked into elsewhere, or only kept. */
export const opaque = z.unknown();
export const opaqueMap = z.record(z.string(), z.unknown());

/** 1..65535; a text of digits is taken too, because a quoted port is common. */
export const port = z.preprocess(
  (given) => (typeof given === "string" && /^\d{1,5}$/.test(given) ? Number(given) : given),
  z.int().min(1).max(65_535),
);

export const bool = z.preprocess((given) => (given === "true" ? true : given === "false" ? false : given), z.boolean());

/** e.g. `90s`, `1h30m`; kept as written. */
export const duration = z.string().refine((given) => parseDurationMs(given) !== undefined, {
  message: "expected a duration such as `90s`, `5m` or `1h30m`",
});

/** Parameters of a location: text, numbers and booleans, kept as text. */
export const params = z.record(z.string(), scalarText);
