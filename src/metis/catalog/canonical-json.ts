import { hash } from "node:crypto";

/** JSON with keys in order, so that equal values have equal texts; `undefined` members are left out. */
export function toCanonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => toCanonicalJson(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${toCanonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/** Short fingerprint of a value; equal for values that are equal as canonical JSON. */
export function fingerprint(value: unknown): string {
  return hash("sha256", toCanonicalJson(value), "base64url").slice(0, 27);
}
