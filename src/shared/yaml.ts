import { CST, isMap, isScalar, isSeq, Lexer, LineCounter, type ParsedNode, parseAllDocuments } from "yaml";
import type { Problem, SourcePosition } from "./errors.ts";

const maxYamlBytes = 1024 * 1024;
const maxDepth = 64;
const maxValues = 250_000;
const maxDocuments = 1000;
const maxProblems = 100;

/** Where a value stands; `line` and `column` start at 1. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** One document of a YAML text. */
export interface YamlDocument {
  /** Plain data: mappings are objects, never with a key `__proto__`; integers beyond 2^53 do not occur. */
  readonly value: unknown;
  /** dotted path (`policy.rules.0.actions`, `` for the whole) -> place of the value */
  readonly positions: ReadonlyMap<string, YamlPlace>;
  /** dotted path -> place of the key */
  readonly keyPositions: ReadonlyMap<string, YamlPlace>;
  /** dotted paths of scalars written without quotes, whose type comes from their text */
  readonly plainScalars: ReadonlySet<string>;
}

/** All documents of a text, empty ones left out, in order; where `problems` is not empty, `documents` is empty. */
export interface YamlText {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

/**
 * Reads YAML 1.2 without anchors, aliases, merge keys and tags other than the core ones; at most 1 MiB, 64 levels, 1,000 documents.
 * Never throws: every fault is in `problems`, with `file` as its file, sorted by place.
 */
export function parseYamlDocuments(text: string, file: string): YamlText {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > maxYamlBytes) {
    const at = { file, line: 1, column: 1 };
    return refused([
      { at, message: `the text has ${sizeBytes} bytes, at most ${maxYamlBytes} are read; split it into several files` },
    ]);
  }
  const lines = new LineCounter();
  const places = createPlaces(lines, file);
  // SECURITY: before parsing, because the parser takes quadratic time on anchors and overflows the stack on depth
  const scanned = scanTokens(text, lines, places);
  if (scanned.length > 0) return refused(scanned);

  const problems: Problem[] = [];
  const documents: YamlDocument[] = [];
  const parsed = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false, logLevel: "silent", merge: false });
  for (const document of parsed) {
    for (const error of [...document.errors, ...document.warnings]) {
      problems.push({ at: places(error.pos[0]), message: toMessage(error.message) });
    }
    if (document.errors.length > 0 || isEmpty(document.contents)) continue;
    documents.push(readDocument(document.contents, text, places, problems));
  }
  return problems.length > 0 ? refused(problems) : { documents, problems: [] };
}

/** The value that `text` has as an unquoted YAML scalar: `8080` is a number, `true` a boolean, `` and `null` null. */
export function parseYamlScalar(text: string): string | number | boolean | null {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return null;
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) return text.toLowerCase() === "true";
  if (/^(?:[-+]?\d+|0o[0-7]+|0x[\da-fA-F]+|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?)$/.test(text)) {
    const number = Number(text);
    return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number)) ? number : text;
  }
  return text;
}

function refused(problems: readonly Problem[]): YamlText {
  const place = ({ at }: Problem): [number, number] => [at?.line ?? 0, at?.column ?? 0];
  const sorted = [...problems].sort((a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1]);
  return { documents: [], problems: sorted.slice(0, maxProblems) };
}

const halfCharacter = "the text holds half of a surrogate pair, such as `\\ud800`; write the whole character";

type Places = (offset: number) => SourcePosition;

function createPlaces(lines: LineCounter, file: string): Places {
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
}

/** Library messages as one line of ours: lower-case start, no stop. */
function toMessage(message: string): string {
  const line = (message.split("\n")[0] ?? "").replace(/[.:]$/, "");
  return `not valid YAML: ${line.charAt(0).toLowerCase()}${line.slice(1)}`;
}

// ---- before parsing -------------------------------------------------------------------------------------------------

const coreTags: ReadonlySet<string> = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `!!${name}`),
);
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controlCharacter = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

const valueTokens: ReadonlySet<string> = new Set([
  "doc-start",
  "seq-item-ind",
  "map-value-ind",
  "comma",
  "flow-map-start",
  "flow-seq-start",
  "single-quoted-scalar",
  "double-quoted-scalar",
]);

function scanTokens(text: string, lines: LineCounter, places: Places): Problem[] {
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  const control = controlCharacter.exec(text);
  if (control) {
    const name = `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return [
      {
        at: places(control.index),
        message: `control character ${name} is not allowed; write it as an escape in double quotes`,
      },
    ];
  }
  const problems: Problem[] = [];
  // columns of the block collections and flow brackets that are open
  const open: number[] = [];
  let flowDepth = 0;
  let offset = 0;
  let values = 0;
  let documents = 1;
  let isContent = false;
  let lineStart = 0;
  for (const source of new Lexer().lex(text)) {
    if (source === CST.DOCUMENT || source === CST.FLOW_END) continue;
    if (source === CST.SCALAR) {
      isContent = true;
      continue;
    }
    const type = isContent ? "scalar" : CST.tokenType(source);
    if (isContent || (type !== null && valueTokens.has(type))) values++;
    if (values > maxValues) {
      return [
        { at: places(offset), message: `more than ${maxValues} keys and values; split the text into several files` },
      ];
    }
    if (type === "doc-start" && ++documents > maxDocuments + 1) {
      return [
        { at: places(offset), message: `more than ${maxDocuments} documents; split the text into several files` },
      ];
    }
    const fault = isContent ? undefined : faultOf(type, source);
    if (fault) problems.push({ at: places(offset), message: fault });
    if (type === "flow-map-start" || type === "flow-seq-start") flowDepth++;
    if (type === "flow-map-end" || type === "flow-seq-end") flowDepth = Math.max(0, flowDepth - 1);
    if (type === "seq-item-ind" || type === "explicit-key-ind" || type === "scalar") {
      const column = offset - lineStart;
      if (flowDepth === 0) {
        while ((open.at(-1) ?? -1) >= column) open.pop();
        open.push(column);
      }
    }
    if (open.length + flowDepth > maxDepth) {
      return [
        ...problems,
        { at: places(offset), message: `nested deeper than ${maxDepth} levels; make the document flatter` },
      ];
    }
    if (problems.length >= maxProblems) return problems;
    offset += source.length;
    isContent = false;
    const newline = source.lastIndexOf("\n");
    if (newline >= 0) lineStart = offset - source.length + newline + 1;
  }
  return problems;
}

function faultOf(type: CST.TokenType | null, source: string): string | undefined {
  const shown = source.length > 40 ? `${source.slice(0, 40)}…` : source;
  if (type === "alias") {
    return `\`${shown}\` without quotes is a YAML alias, and aliases are not allowed; quote text that starts with \`*\`, like \`"${shown}"\``;
  }
  if (type === "anchor") {
    return `\`${shown}\` without quotes is a YAML anchor, and anchors are not allowed; write the value out, or quote text that starts with \`&\``;
  }
  if (type === "tag" && !coreTags.has(source)) {
    return `tag \`${shown}\` is not allowed (allowed: \`!!str\`, \`!!int\`, \`!!float\`, \`!!bool\`, \`!!null\`, \`!!map\`, \`!!seq\`); quote text that starts with \`!\``;
  }
  if (type === "directive-line" && !/^%YAML\s+1\.2\s*$/.test(source)) {
    return `directive \`${shown}\` is not allowed; the text is read as YAML 1.2`;
  }
  return undefined;
}

// ---- after parsing --------------------------------------------------------------------------------------------------

function isEmpty(contents: ParsedNode | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && contents.source === "");
}

function readDocument(contents: ParsedNode | null, text: string, places: Places, problems: Problem[]): YamlDocument {
  const positions = new Map<string, YamlPlace>();
  const keyPositions = new Map<string, YamlPlace>();
  const plainScalars = new Set<string>();
  const place = (offset: number): YamlPlace => {
    const { line, column } = places(offset);
    return { line, column };
  };
  const note = (map: Map<string, YamlPlace>, path: string, offset: number): void => {
    if (!map.has(path)) map.set(path, place(offset));
  };

  const read = (node: ParsedNode | null, path: string, fallback: number): unknown => {
    const start = node?.range?.[0] ?? fallback;
    note(positions, path, start);
    if (isMap(node)) return readMap(node, path);
    if (isSeq(node)) {
      return node.items.map((item, index) => read(item as ParsedNode | null, join(path, String(index)), start));
    }
    if (!isScalar(node)) return null;
    if (node.type === "PLAIN") plainScalars.add(path);
    const { value } = node;
    if (typeof value === "number" && !isExact(value)) {
      const written = node.source ?? String(value);
      problems.push({
        at: places(start),
        message: `number \`${written.slice(0, 40)}\` cannot be kept exactly; quote it if it is a name`,
      });
    }
    // stores and answers are UTF-8, which has no such character
    if (typeof value === "string" && !value.isWellFormed())
      problems.push({ at: places(start), message: halfCharacter });
    return value;
  };

  const readMap = (node: { readonly items: readonly unknown[] }, path: string): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    const seen = new Map<string, number>();
    for (const item of node.items) {
      const { key, value } = item as { key: ParsedNode | null; value: ParsedNode | null };
      const start = key?.range?.[0] ?? 0;
      const name = keyName(key, text);
      const fault = name === undefined ? "a key must be a single word or quoted text" : keyFault(name, key);
      if (name === undefined || fault !== undefined) {
        problems.push({ at: places(start), message: fault ?? "" });
        continue;
      }
      const before = seen.get(name);
      if (before !== undefined) {
        const { line, column } = places(before);
        problems.push({
          at: places(start),
          field: join(path, name),
          message: `key \`${name}\` is given twice, first at ${line}:${column}; keep one of them`,
        });
        continue;
      }
      seen.set(name, start);
      const child = join(path, name);
      note(keyPositions, child, start);
      result[name] = read(value, child, start);
    }
    return result;
  };

  const value = read(contents, "", 0);
  return { value, positions, keyPositions, plainScalars };
}

function join(path: string, step: string): string {
  return path === "" ? step : `${path}.${step}`;
}

function keyName(key: ParsedNode | null, text: string): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === "string") return key.value;
  return key.source ?? text.slice(key.range[0], key.range[1]);
}

function keyFault(name: string, key: ParsedNode | null): string | undefined {
  if (name === "<<" && isScalar(key) && key.type === "PLAIN") {
    return "merge key `<<` is not allowed; write the values out";
  }
  if (!name.isWellFormed()) return halfCharacter;
  // SECURITY: it would set the prototype of the object instead of a property
  if (name === "__proto__") return "key `__proto__` is not allowed; choose another name";
  return undefined;
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
