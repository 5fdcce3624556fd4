import { z } from "zod";
import { parseDurationMs } from "./duration.ts";

const marker = "\u0000allowed:";

/** The enums of `keyword`; published with the other spellings. */
export const inAnyCase: WeakSet<object> = new WeakSet();

/** What `alsoTaking` made, with the JSON types that it is published with. */
export const jsonTypes: WeakMap<object, readonly string[]> = new WeakMap();

/** `schema`, for which values of other types are read first. */
function alsoTaking<S extends z.ZodType>(types: readonly string[], read: (given: unknown) => unknown, schema: S) {
  jsonTypes.set(schema, types);
  return z.preprocess(read, schema);
}

/**
 * A mapping that takes these keys and no others; `untold` are taken, but not proposed.
 * WHY: the allowed keys travel in the issue's message, so that the fault can name the nearest one; see `allowedKeys`.
 */
export function mapping<S extends z.ZodRawShape>(
  shape: S,
  untold: Readonly<Record<string, unknown>> = {},
): z.ZodObject<S, z.core.$strict> {
  const told = Object.keys(shape).filter((key) => !Object.hasOwn(untold, key));
  const deeper = told.flatMap((key) => keysBelow(shape[key]).map((inner) => `${key}.${inner}`));
  const allowed = `${marker}${told.join(",")};${deeper.join(",")}`;
  return z.strictObject(shape, { error: (issue) => (issue.code === "unrecognized_keys" ? allowed : undefined) });
}

/** Keys of the mapping that a key holds; none where it holds something else. */
function keysBelow(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodOptional) return keysBelow(schema.unwrap());
  if (schema instanceof z.ZodPipe) return keysBelow(schema.out);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The keys that `mapping` put into an issue's message. */
export function allowedKeys(message: string): readonly string[] {
  return partsOf(message)[0];
}

/** The keys of the same mapping below which `key` would be taken. */
export function placesOfKey(message: string, key: string): readonly string[] {
  return partsOf(message)[1].flatMap((path) => (path.endsWith(`.${key}`) ? [path.slice(0, -key.length - 1)] : []));
}

/** The message with one more allowed key, which holds what `schema` says. */
export function alsoAllowing(message: string, key: string, schema: z.ZodType | undefined): string {
  const [own, deeper] = partsOf(message);
  if (own.length === 0) return message;
  const more = keysBelow(schema).map((inner) => `${key}.${inner}`);
  return `${marker}${[...own, key].join(",")};${[...deeper, ...more].join(",")}`;
}

function partsOf(message: string): readonly [readonly string[], readonly string[]] {
  if (!message.startsWith(marker)) return [[], []];
  const [own = "", deeper = ""] = message.slice(marker.length).split(";");
  return [own.split(","), deeper.split(",")];
}

/** One of `values` in any letter case; given back as it stands in `values`. */
export function keyword<const V extends readonly [string, ...string[]]>(values: V) {
  const bySpelling = new Map(values.map((value) => [value.toLowerCase(), value]));
  const words = z.enum(values);
  inAnyCase.add(words);
  return z.preprocess(
    (given) => (typeof given === "string" ? (bySpelling.get(given.trim().toLowerCase()) ?? given) : given),
    words,
  );
}

/** A text, or a number or boolean that stands for its text. */
export const scalarText = alsoTaking(
  ["string", "number", "boolean"],
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
export const port = alsoTaking(
  ["integer", "string"],
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

/** A key that may be left out; `words` say what it is for, which editors show. */
export function opt<S extends z.ZodType>(schema: S, words: string): z.ZodOptional<S> {
  return schema.optional().describe(words);
}

/** A key that has to be there. */
export function req<S extends z.ZodType>(schema: S, words: string): S {
  return schema.describe(words) as S;
}

/** Takes other spellings of keys, each read as the one it stands for; both at once are a fault of the other spelling. */
export function withAliases<S extends z.ZodType>(schema: S, aliases: Readonly<Record<string, string>>) {
  return z.preprocess((given) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
    const taken = given as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(taken).map(([key, value]) => {
        const name = Object.hasOwn(aliases, key) ? aliases[key] : undefined;
        return [name === undefined || Object.hasOwn(taken, name) ? key : name, value];
      }),
    );
  }, schema);
}

/** A list, or the one entry of it. */
export function listOf<S extends z.ZodType>(schema: S, max: number) {
  return z.preprocess(
    (given) => (given === undefined || Array.isArray(given) ? given : [given]),
    z.array(schema).max(max),
  );
}

/** `""` where the documentation's tables show an empty default: read as absent. */
export function emptyAsAbsent<S extends z.ZodType>(schema: S) {
  return z.preprocess((given) => (given === "" ? undefined : given), schema.optional());
}

/** A whole number within bounds; a text of digits is taken too. */
export function wholeNumber(min: number, max: number) {
  return z.preprocess(
    (given) => (typeof given === "string" && /^\d{1,9}$/.test(given) ? Number(given) : given),
    z.int().min(min).max(max),
  );
}

/** e.g. `500m`, `2`, `0.5`; kept as text. */
export const cpu = alsoTaking(
  ["string", "number"],
  (given) => (typeof given === "number" ? String(given) : given),
  z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,3})?m?$/, { message: "expected an amount of processor such as `500m`, `2` or `0.5`" }),
);

/** e.g. `512Mi`, `1Gi`, `4096M`; kept as text. */
export const memory = alsoTaking(
  ["string", "number"],
  (given) => (typeof given === "number" ? String(given) : given),
  z.string().regex(/^\d{1,15}(?:\.\d{1,3})?(?:[KMGTP]i|[kKMGTP])?$/, {
    message: "expected an amount of memory such as `512Mi`, `1Gi` or `4096M`",
  }),
);

/** Names with values: text, numbers and booleans, kept as text. */
export const texts = z.record(z.string(), scalarText);
