import type { Problem } from "../../shared/errors.ts";
import { suggestion } from "../../shared/nearest.ts";
import type { YamlDocument } from "../../shared/yaml.ts";
import { allowedKeys, placesOfKey } from "./schema.ts";
import type { SectionFault } from "./section.ts";

/** Turns faults of a document into problems with their places. */
export interface FaultReporter {
  at(path: readonly PropertyKey[], message: string): Problem;
  /** The place of the key instead of its value. */
  atKey(path: readonly PropertyKey[], message: string): Problem;
  /** Whether the document has a value there. */
  has(path: readonly PropertyKey[]): boolean;
  /** `prefix`: where the section stands in the document; `document` is what was checked, for showing wrong words. */
  fromFaults(prefix: readonly PropertyKey[], faults: readonly SectionFault[]): Problem[];
}

export function createFaultReporter(
  file: string,
  document: Pick<YamlDocument, "positions" | "keyPositions" | "value">,
  isSecret: (path: readonly PropertyKey[]) => boolean,
): FaultReporter {
  const reporter: FaultReporter = {
    at: (path, message) => ({ at: place(path, false), field: path.join("."), message }),
    atKey: (path, message) => ({ at: place(path, true), field: path.join("."), message }),
    has: (path) => document.positions.has(path.join(".")),
    fromFaults: (prefix, faults) => faults.flatMap((fault) => toProblems(prefix, fault)),
  };
  return reporter;

  function place(path: readonly PropertyKey[], key: boolean): NonNullable<Problem["at"]> {
    for (let length = path.length; length >= 0; length--) {
      const dotted = path.slice(0, length).join(".");
      const found = key && length === path.length ? document.keyPositions.get(dotted) : document.positions.get(dotted);
      if (found) return { file, line: found.line, column: found.column };
    }
    return { file, line: 1, column: 1 };
  }

  function toProblems(prefix: readonly PropertyKey[], fault: SectionFault): Problem[] {
    const path = [...prefix, ...fault.path];
    if (!("code" in fault)) return [reporter.at(path, named(path, fault.message))];
    switch (fault.code) {
      case "unrecognized_keys":
        return fault.keys.map((key) =>
          unknownKey(path, key, allowedKeys(fault.message), placesOfKey(fault.message, key)),
        );
      case "invalid_type":
        return [typeFault(path, words[fault.expected] ?? fault.expected)];
      case "invalid_value":
        return [valueFault(path, fault.values.map(String))];
      case "too_big":
      case "too_small":
        return [reporter.at(path, named(path, rangeOf(fault)))];
      case "invalid_union":
        return [typeFault(path, /^expected (.*)/.exec(fault.message)?.[1] ?? "a value of another form")];
      case "invalid_key":
        return [reporter.atKey(path, named(path, "the key is empty or too long"))];
      default:
        return [reporter.at(path, named(path, fault.message))];
    }
  }

  function unknownKey(
    path: readonly PropertyKey[],
    key: string,
    allowed: readonly string[],
    places: readonly string[],
  ): Problem {
    const list = allowed.length > 0 ? ` (allowed: ${allowed.map(tick).join(", ")})` : "";
    const where = path.length > 0 ? ` in ${tick(path.join("."))}` : "";
    const [place] = places;
    const hint = place === undefined ? suggestion(key, allowed) : `; it belongs below ${tick(place)}`;
    return reporter.atKey([...path, key], `unknown key ${tick(key)}${where}${hint}${list}`);
  }

  function typeFault(path: readonly PropertyKey[], expected: string): Problem {
    const given = read(document.value, path);
    if (given === undefined || given === null) {
      return reporter.at(path, `${tick(path.join("."))} is missing; expected ${expected}`);
    }
    return reporter.at(path, `${tick(path.join("."))} is ${kindOf(given)}; expected ${expected}`);
  }

  function valueFault(path: readonly PropertyKey[], allowed: readonly string[]): Problem {
    const given = read(document.value, path);
    const list = allowed.map(tick).join(", ");
    if (given === undefined || given === null) {
      return reporter.at(path, `${tick(path.join("."))} is missing; expected one of ${list}`);
    }
    if (typeof given !== "string" || isSecret(path)) {
      return reporter.at(path, `${tick(path.join("."))} is ${kindOf(given)}; expected one of ${list}`);
    }
    return reporter.at(
      path,
      `unknown ${tick(String(path.at(-1)))} ${tick(given.slice(0, 80))}${suggestion(given, allowed)} (allowed: ${list})`,
    );
  }
}

/** The same reporter for what stands at `prefix` of the document. */
export function below(report: FaultReporter, prefix: readonly PropertyKey[]): FaultReporter {
  return {
    at: (path, message) => report.at([...prefix, ...path], message),
    atKey: (path, message) => report.atKey([...prefix, ...path], message),
    has: (path) => report.has([...prefix, ...path]),
    fromFaults: (path, faults) => report.fromFaults([...prefix, ...path], faults),
  };
}

const words: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "`true` or `false`",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

function named(path: readonly PropertyKey[], message: string): string {
  return path.length === 0 ? message : `${tick(path.join("."))}: ${message}`;
}

function rangeOf(fault: {
  readonly code: "too_big" | "too_small";
  readonly origin: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
}): string {
  const unit = fault.origin === "string" ? " characters" : fault.origin === "array" ? " entries" : "";
  return fault.code === "too_big"
    ? `expected at most ${fault.maximum}${unit}`
    : `expected at least ${fault.minimum}${unit}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "empty";
  return (
    { string: "text", number: "a number", boolean: "true or false", object: "a mapping" }[typeof value as string] ??
    "something else"
  );
}

function read(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<PropertyKey, unknown>)[step];
  }
  return here;
}

function tick(text: string): string {
  return `\`${text}\``;
}
