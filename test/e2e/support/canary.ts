import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every spelling of a value that drivers, shells and formats are known to write. */
function spellings(value: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  const found = new Map([
    ["plain", value],
    ["JSON", json],
    ["JSON in JSON", JSON.stringify(json).slice(1, -1)],
    ["JSON in ASCII", json.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)],
    ["URL", encodeURIComponent(value)],
    ["form", new URLSearchParams({ v: value }).toString().slice(2)],
    ["HTML", value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")],
    ["SQL", value.replaceAll("'", "''")],
    ["hex", bytes.toString("hex")],
    ["HEX", bytes.toString("hex").toUpperCase()],
    ["latin1", bytes.toString("latin1")],
  ]);
  // inside something longer, such as `user:password`, base64 looks different at each of three offsets
  for (const offset of [0, 1, 2]) {
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    const base64 = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .slice(start, end);
    found.set(`base64 at ${offset}`, base64);
    found.set(`base64url at ${offset}`, base64.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return found;
}

/** A place that was looked at. */
export interface Place {
  readonly name: string;
  readonly content: Buffer | string;
}

/** `<place> holds <canary> as <spelling>` for each hit. */
export function findCanaries(canaries: Readonly<Record<string, string>>, places: readonly Place[]): readonly string[] {
  const hits: string[] = [];
  const all = Object.entries(canaries).map(([canary, value]) => [canary, [...spellings(value)]] as const);
  for (const { name, content } of places) {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content);
    for (const [canary, forms] of all) {
      const form = forms.find(([, text]) => bytes.includes(text));
      if (form) hits.push(`${name} holds ${canary} as ${form[0]}`);
    }
  }
  return hits;
}

/** The raw bytes of every file below `folder`, without those named in `except`. */
export function readFolder(folder: string, except: readonly string[]): readonly Place[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !except.includes(entry.name))
    .map((entry) => ({ name: entry.name, content: readFileSync(join(entry.parentPath, entry.name)) }));
}
