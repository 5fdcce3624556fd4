import { BadInputError } from "../../../shared/errors.ts";
import { callFunction, isTruthy, print, readPath, type Value } from "./go-values.ts";

/** Text that a value becomes where it stands in a template, e.g. with quotation marks escaped. */
export type Escape = (text: string) => string;

type Argument =
  | { readonly kind: "path"; readonly from: string | undefined; readonly path: readonly string[] }
  | { readonly kind: "literal"; readonly value: Value }
  | { readonly kind: "pipeline"; readonly pipeline: Pipeline };
/** Commands of which each gets what the one before gave as its last argument. */
type Pipeline = readonly (readonly Argument[])[];
type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "print"; readonly pipeline: Pipeline }
  | { readonly kind: "assign"; readonly name: string; readonly pipeline: Pipeline }
  | {
      readonly kind: "if";
      readonly test: Pipeline;
      readonly then: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    };

const action = /\{\{(-?)\s*((?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|[^"`}]|\}(?!\}))*?)\s*(-?)\}\}/gy;
const token = /\s+|("(?:[^"\\]|\\.)*"|`[^`]*`)|(-?\d+(?:\.\d+)?)|(\$?[A-Za-z_]\w*)|(\$?\.[A-Za-z_]\w*|\.)|(:=|[()|])/y;
const maxNodes = 2000;
const maxDepth = 20;

/**
 * Reads the part of Go's text templates that pagers use: paths, variables, `if`/`else`/`end`, pipelines, and `index split splitn
 * upper lower title trim quote default toJson printf eq ne`. Nothing in it loops, so it ends.
 * @throws {BadInputError} anything else, naming it
 * @see https://pkg.go.dev/text/template
 */
export function parseGoTemplate(text: string): (document: Value, escapeText: Escape) => string {
  const parts = splitActions(text);
  let at = 0;
  const nodes = readNodes(0);
  if (at < parts.length) throw new BadInputError("the template has an `end` or `else` too many");
  return (document, escapeText) => render(nodes, document, escapeText);

  function readNodes(depth: number): readonly TemplateNode[] {
    if (depth > maxDepth) throw new BadInputError(`a template is nested at most ${maxDepth} deep`);
    const found: TemplateNode[] = [];
    for (let part = parts[at]; part; part = parts[at]) {
      if (part.kind === "action" && /^(?:end|else)\b/.test(part.text)) break;
      at++;
      if (part.kind === "text") found.push({ kind: "text", text: part.text });
      else if (part.text !== "" && !part.text.startsWith("/*")) found.push(readAction(part.text, depth));
    }
    return found;
  }

  function readAction(written: string, depth: number): TemplateNode {
    const [, test] = /^if\s+([\s\S]+)$/.exec(written) ?? [];
    if (test !== undefined) return readIf(test, depth);
    const [, name = "", value] = /^\$(\w+)\s*:?=\s*([\s\S]+)$/.exec(written) ?? [];
    if (value !== undefined) return { kind: "assign", name, pipeline: parsePipeline(value) };
    if (/^(?:range|with|template|block|define|break|continue)\b/.test(written))
      throw new BadInputError(
        `\`{{ ${written.slice(0, 40)} }}\` is not known to templates here; use \`templateType: liquid\` for loops`,
      );
    return { kind: "print", pipeline: parsePipeline(written) };
  }

  function readIf(test: string, depth: number): TemplateNode {
    const then = readNodes(depth + 1);
    const part = parts[at++];
    if (!part) throw new BadInputError("the template has an `if` without its `end`");
    const [, nested] = /^else\s+if\s+([\s\S]+)$/.exec(part.text) ?? [];
    if (nested !== undefined)
      return { kind: "if", test: parsePipeline(test), then, otherwise: [readIf(nested, depth + 1)] };
    if (part.text === "end") return { kind: "if", test: parsePipeline(test), then, otherwise: [] };
    const otherwise = readNodes(depth + 1);
    if (parts[at++]?.text !== "end") throw new BadInputError("the template has an `else` without its `end`");
    return { kind: "if", test: parsePipeline(test), then, otherwise };
  }
}

interface Part {
  readonly kind: "text" | "action";
  readonly text: string;
}

function splitActions(text: string): readonly Part[] {
  const parts: Part[] = [];
  let trimsNext = false;
  const addText = (raw: string, trimsEnd: boolean): void => {
    const begun = trimsNext ? raw.trimStart() : raw;
    parts.push({ kind: "text", text: trimsEnd ? begun.trimEnd() : begun });
  };
  let at = 0;
  for (let open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", at)) {
    action.lastIndex = open;
    const match = action.exec(text);
    if (!match) throw new BadInputError(`the template's \`${text.slice(open, open + 40)}\` has no \`}}\``);
    addText(text.slice(at, open), match[1] === "-");
    parts.push({ kind: "action", text: match[2] ?? "" });
    trimsNext = match[3] === "-";
    at = open + match[0].length;
    if (parts.length > maxNodes) throw new BadInputError(`a template has at most ${maxNodes / 2} \`{{ }}\``);
  }
  addText(text.slice(at), false);
  return parts;
}

function parsePipeline(text: string): Pipeline {
  const tokens = tokenize(text);
  let at = 0;
  const pipeline = read(0);
  if (at < tokens.length) throw unknown(text);
  return pipeline;

  function read(depth: number): Pipeline {
    if (depth > maxDepth) throw new BadInputError(`a template is nested at most ${maxDepth} deep`);
    const commands: Argument[][] = [[]];
    for (let word = tokens[at]; word !== undefined && word !== ")"; word = tokens[at]) {
      at++;
      if (word === "|") commands.push([]);
      else if (word === "(") {
        commands.at(-1)?.push({ kind: "pipeline", pipeline: read(depth + 1) });
        if (tokens[at++] !== ")") throw unknown(text);
      } else commands.at(-1)?.push(toArgument(word));
    }
    if (commands.some((command) => command.length === 0)) throw unknown(text);
    return commands;
  }

  function toArgument(word: string): Argument {
    if (/^["`]/.test(word)) return { kind: "literal", value: word.startsWith("`") ? word.slice(1, -1) : unquote(word) };
    if (/^-?\d/.test(word)) return { kind: "literal", value: Number(word) };
    if (word === "true" || word === "false") return { kind: "literal", value: word === "true" };
    if (word === "nil") return { kind: "literal", value: null };
    const [from = "", ...path] = word.split(".");
    if (word.startsWith(".") || word.startsWith("$"))
      return {
        kind: "path",
        from: from === "" || from === "$" ? undefined : from.slice(1),
        path: path.filter(Boolean),
      };
    return { kind: "path", from: `()${word}`, path: [] };
  }
}

/** Words of one action; a path with all its parts is one word. */
function tokenize(text: string): readonly string[] {
  const words: string[] = [];
  let end = -1;
  for (let at = 0; at < text.length; ) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) throw unknown(text);
    const [whole, , , , dotted] = match;
    // `.A.B` comes as `.A` and `.B` without a blank between
    if (dotted !== undefined && end === at && words.length > 0 && /[\w.]$/.test(words.at(-1) ?? ""))
      words.push((words.pop() ?? "") + whole);
    else if (whole.trim() !== "") words.push(whole);
    if (whole.trim() !== "") end = at + whole.length;
    at += whole.length;
  }
  return words;
}

function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw unknown(quoted);
  }
}

function unknown(text: string): BadInputError {
  return new BadInputError(
    `\`{{ ${text.slice(0, 80)} }}\` is not known to templates here; expected e.g. \`{{ .Properties.severity }}\``,
  );
}

function render(nodes: readonly TemplateNode[], document: Value, escapeText: Escape): string {
  const variables = new Map<string, Value>();
  return renderAll(nodes);

  function renderAll(list: readonly TemplateNode[]): string {
    return list.map(renderOne).join("");
  }

  function renderOne(node: TemplateNode): string {
    switch (node.kind) {
      case "text":
        return node.text;
      case "print": {
        const { value, isRaw } = evaluate(node.pipeline);
        return isRaw ? print(value) : escapeText(print(value));
      }
      case "assign":
        variables.set(node.name, evaluate(node.pipeline).value);
        return "";
      case "if":
        return renderAll(isTruthy(evaluate(node.test).value) ? node.then : node.otherwise);
      default:
        return node satisfies never;
    }
  }

  function evaluate(pipeline: Pipeline): { readonly value: Value; readonly isRaw: boolean } {
    let value: Value = null;
    let isRaw = false;
    for (const [index, [head, ...rest]] of pipeline.entries()) {
      const given = [...rest.map(resolve), ...(index > 0 ? [value] : [])];
      if (head?.kind === "path" && head.from?.startsWith("()")) {
        const name = head.from.slice(2);
        value = callFunction(name, given);
        isRaw = name === "toJson" || name === "quote";
      } else if (head && given.length === 0) {
        value = resolve(head);
        isRaw = false;
      } else throw new BadInputError("a template gives arguments to what is no function");
    }
    return { value, isRaw };
  }

  function resolve(argument: Argument): Value {
    if (argument.kind === "literal") return argument.value;
    if (argument.kind === "pipeline") return evaluate(argument.pipeline).value;
    if (argument.from?.startsWith("()")) return callFunction(argument.from.slice(2), []);
    const start = argument.from === undefined ? document : variables.get(argument.from);
    if (start === undefined) throw new BadInputError(`the template has no variable \`$${argument.from}\` there`);
    return readPath(start, argument.path);
  }
}
