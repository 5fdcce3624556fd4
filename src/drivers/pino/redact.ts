import { Secret } from "../../shared/secret.ts";

const hidden = "[redacted]";
const maxDepth = 8;
const maxEntries = 200;
const maxTextLength = 8_192;

const secretName =
  /^(.*[-_.])?(pass(word|wd|phrase)?|secret|token|api[-_]?key|authorization|cookie|set-cookie|credentials?|private[-_]?key|master[-_]?key|dsn)$|(Password|Secret|Token|ApiKey|Credential|PrivateKey|MasterKey)$/i;
/** Keys of ours; userinfo of URLs; bearer and basic credentials; `password=…` of connection strings. */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/hmd_[A-Za-z0-9-]+_[A-Za-z0-9_]+/g, hidden],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, `$1${hidden}@`],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${hidden}`],
  [
    /\b(password|passwd|pwd|secret|token|api[-_]?key)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&}"']+)/gi,
    `$1$2${hidden}`,
  ],
];

/**
 * A copy of `fields` for a log line, without secrets: those in a `Secret`, those under a telling name, and those that show in
 * texts by their form. Errors become `{type, code, message, stack, cause}`. Big values are cut.
 */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return copyObject(fields, 0, new Set());
}

/** `text` without what looks like a secret. */
export function redactText(text: string): string {
  const cut = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}… (${text.length} characters)` : text;
  return secretTexts.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), cut);
}

function copy(value: unknown, depth: number, above: ReadonlySet<object>): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
  if (value instanceof Secret) return hidden;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (above.has(value)) return "[circular]";
  if (depth >= maxDepth) return "[deep]";
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const inside = new Set(above).add(value);
  if (value instanceof Error) return copyError(value, depth, inside);
  if (value instanceof Map) return copyObject(Object.fromEntries(value), depth, inside);
  if (value instanceof Set) return copyList([...value], depth, inside);
  return Array.isArray(value) ? copyList(value, depth, inside) : copyObject(value, depth, inside);
}

function copyList(list: readonly unknown[], depth: number, above: ReadonlySet<object>): unknown[] {
  return list.slice(0, maxEntries).map((entry) => copy(entry, depth + 1, above));
}

function copyObject(object: object, depth: number, above: ReadonlySet<object>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object)
      .slice(0, maxEntries)
      .map(([name, value]) => [
        name,
        secretName.test(name) && isHiding(value) ? hidden : copy(value, depth + 1, above),
      ]),
  );
}

/** A number or a truth value under a telling name is a count or a setting, e.g. `{maxToken: 5}`. */
function isHiding(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== "number" && typeof value !== "boolean";
}

function copyError(error: Error, depth: number, above: ReadonlySet<object>): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return {
    type: name,
    ...("code" in error && typeof error.code === "string" ? { code: error.code } : {}),
    message: redactText(message),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...(cause === undefined ? {} : { cause: copy(cause, depth + 1, above) }),
  };
}
