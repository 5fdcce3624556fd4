import type { AttributeValue } from "../../../shared/decision.ts";
import { BadInputError, type Problem, type SourcePosition } from "../../../shared/errors.ts";
import { compileGlob, type GlobKind } from "../../../shared/glob.ts";
import { nearest } from "../../../shared/nearest.ts";
import type { PolicyDocument } from "../../ports.ts";

/** Where reading leaves what it finds. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/**
 * One value of a policy document with its place. Every `read*` notes a fault and answers `undefined` where the value is not
 * what was asked for, so that one pass finds every fault.
 */
export class Reader {
  readonly value: unknown;
  readonly path: string;
  readonly document: PolicyDocument;
  readonly findings: Findings;

  constructor(value: unknown, path: string, document: PolicyDocument, findings: Findings) {
    this.value = value;
    this.path = path;
    this.document = document;
    this.findings = findings;
  }

  /** The place of the value, or of the nearest thing around it. */
  get at(): SourcePosition {
    const { positions, file } = this.document;
    for (let path = this.path; ; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
      const place = positions.get(path);
      if (place) return { file, line: place.line, column: place.column };
      if (path === "") return { file, line: 1, column: 1 };
    }
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  problem(message: string): undefined {
    this.findings.problems.push({ message, at: this.at, field: this.path });
    return undefined;
  }

  warn(message: string): void {
    this.findings.warnings.push({ message, at: this.at, field: this.path });
  }

  /** The value below `key`; absent where there is none. */
  get(key: string): Reader {
    const value =
      typeof this.value === "object" && this.value !== null && Object.hasOwn(this.value, key)
        ? (this.value as Record<string, unknown>)[key]
        : undefined;
    return new Reader(value, this.path === "" ? key : `${this.path}.${key}`, this.document, this.findings);
  }

  /** Whether it is a mapping; keys other than `allowed` are faults, each with the nearest allowed one. */
  isMapping(allowed?: readonly string[]): boolean {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) {
      this.problem(`${this.name} is ${kindOf(this.value)}; expected a mapping`);
      return false;
    }
    for (const key of allowed ? Object.keys(this.value) : []) {
      if (!allowed?.includes(key)) this.get(key).problem(unknownWord("key", key, allowed ?? []));
    }
    return true;
  }

  entries(): [string, Reader][] {
    return typeof this.value === "object" && this.value !== null
      ? Object.keys(this.value).map((key) => [key, this.get(key)])
      : [];
  }

  /** The items of a list that is not empty. */
  items(): Reader[] | undefined {
    if (!Array.isArray(this.value)) return this.problem(`${this.name} is ${kindOf(this.value)}; expected a list`);
    if (this.value.length === 0) {
      return this.problem(`${this.name} is an empty list, which would match nothing; add an item or remove the rule`);
    }
    return this.value.map((_, index) => this.get(String(index)));
  }

  /** A list, or one item standing for a list of one. */
  itemOrItems(): Reader[] | undefined {
    return Array.isArray(this.value) || this.isAbsent ? this.items() : [this];
  }

  text(): string | undefined {
    if (typeof this.value === "string" && this.value.trim() !== "") return this.value;
    return this.problem(`${this.name} is ${kindOf(this.value)}; expected text`);
  }

  optionalText(): string | undefined {
    return this.isAbsent ? undefined : this.text();
  }

  /** Text that is a well-formed glob. */
  glob(kind: GlobKind): string | undefined {
    const glob = this.text();
    return glob === undefined ? undefined : this.checkGlob(glob, kind);
  }

  /** `glob` where it is well-formed. */
  checkGlob(glob: string, kind: GlobKind): string | undefined {
    try {
      compileGlob(glob, kind);
      return glob;
    } catch (error) {
      if (error instanceof BadInputError) return this.problem(error.message);
      throw error;
    }
  }

  oneOf<const T extends string>(allowed: readonly T[], what: string): T | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const found = allowed.find((word) => word === text);
    return found ?? this.problem(unknownWord(what, text, allowed));
  }

  optionalBoolean(absent: boolean): boolean | undefined {
    if (this.isAbsent) return absent;
    if (typeof this.value === "boolean") return this.value;
    return this.problem(`${this.name} is ${kindOf(this.value)}; expected \`true\` or \`false\``);
  }

  /** A time in RFC 3339, as milliseconds since 1970. */
  optionalTime(): number | undefined {
    const text = this.optionalText();
    if (text === undefined) return undefined;
    const time = rfc3339.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(time)
      ? this.problem(`\`${text}\` is not a time; expected RFC 3339 like \`2026-01-31T08:00:00Z\``)
      : time;
  }

  /** The value as attribute data. */
  attribute(): AttributeValue {
    return toAttribute(this.value);
  }

  /** How messages call it: the last key of its path. */
  private get name(): string {
    return this.path === "" ? "the document" : `\`${this.path}\``;
  }
}

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** ``unknown key `akcess`; did you mean `access`? (allowed: …)``. */
export function unknownWord(what: string, word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed);
  const list = allowed.map((name) => `\`${name}\``).join(", ");
  return `unknown ${what} \`${word}\`${near === undefined ? "" : `; did you mean \`${near}\`?`} (allowed: ${list})`;
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "missing";
  if (value === "") return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return `the ${typeof value === "string" ? "text" : typeof value} \`${String(value).slice(0, 60)}\``;
}

function toAttribute(value: unknown): AttributeValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(toAttribute);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toAttribute(item)]));
}
