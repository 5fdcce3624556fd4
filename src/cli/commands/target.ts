import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";

/** How a command line may name one resource. */
export interface TargetOptions {
  /** `TYPE NAME`, `TYPE/NAME` or `TYPE/WORKSPACE/NAME` */
  readonly words: readonly string[];
  readonly type?: string;
  readonly name?: string;
  readonly workspace?: string;
  /** `TYPE:VERSION:NAME[:WORKSPACE]` or a line of a table */
  readonly identifier?: string;
}

export interface Target {
  readonly type: string;
  readonly name: string;
  readonly workspace?: string;
}

const { exit } = errorFaces.BAD_USER_INPUT;

/** What is named, as far as it is. @throws {CommandError} it is named twice in different ways */
export function readTarget(options: TargetOptions): Partial<Target> {
  const { type, name, workspace } = options;
  const parts = [
    { type, name, workspace },
    readWords(options.words),
    ...(options.identifier === undefined ? [] : [readIdentifier(options.identifier)]),
  ];
  const pick = (key: keyof Target): Partial<Target> => {
    const values = new Set(parts.map((part) => part[key]).filter((value) => value !== undefined && value !== ""));
    if (values.size > 1)
      throw new CommandError(`the ${key} is given as \`${[...values].join("` and as `")}\`; give it once`, exit);
    const [value] = values;
    return value === undefined ? {} : { [key]: value };
  };
  return { ...pick("type"), ...pick("name"), ...pick("workspace") };
}

/** @throws {CommandError} type or name is left open */
export function requireTarget(options: TargetOptions): Target {
  const { type, name, workspace } = readTarget(options);
  if (type === undefined || name === undefined)
    throw new CommandError("say which resource: TYPE NAME, or -t TYPE -n NAME", exit);
  return { type, name, ...(workspace !== undefined && { workspace }) };
}

/** `depot/shopdb`, `workflow/public/scan`. */
export function nameOf({
  type,
  name,
  workspace,
}: {
  type: string;
  name: string;
  workspace?: string | null | undefined;
}): string {
  return [type, ...(workspace ? [workspace] : []), name].join("/");
}

type Part = { readonly [key in keyof Target]?: string | undefined };

function readWords([first, second]: readonly string[]): Part {
  if (first === undefined) return {};
  const [type, ...rest] = first.split("/");
  if (rest.length === 0) return { type, name: second };
  if (rest.length <= 2 && second === undefined && rest.every(Boolean))
    return { type, name: rest.at(-1), workspace: rest.length === 2 ? rest[0] : undefined };
  throw new CommandError(
    `\`${[first, second].filter(Boolean).join(" ")}\` names no resource; expected \`TYPE NAME\`, \`TYPE/NAME\` or \`TYPE/WORKSPACE/NAME\``,
    exit,
  );
}

function readIdentifier(text: string): Part {
  // a line of a table: NAME VERSION TYPE WORKSPACE …, with or without bars between
  const isLine = /[|│\s]/.test(text.trim());
  const cells = isLine
    ? text
        .trim()
        .replace(/^[|│]|[|│]$/g, "")
        .split(/[|│]/.test(text) ? /[|│]/ : /\s+/)
        .map((cell) => cell.trim())
    : [];
  const [name, version, type, workspace] = isLine ? cells : swap(text.split(":"));
  if (name && type && /^v\d/.test(version ?? "")) return { type, name, workspace: toWorkspace(workspace, isLine) };
  throw new CommandError(
    `\`${text}\` is no identifier; expected \`TYPE:VERSION:NAME\`, \`TYPE:VERSION:NAME:WORKSPACE\` or a line that \`get\` printed`,
    exit,
  );
}

function swap([type, version, name, workspace]: readonly string[]): readonly (string | undefined)[] {
  return [name, version, type, workspace];
}

/** WHY: a line without bars leaves no gap where there is no workspace, and its status moves up. */
function toWorkspace(cell: string | undefined, isLine: boolean): string | undefined {
  if (!cell || (isLine && ["active", "pending", "error", "deleted"].includes(cell))) return undefined;
  return cell;
}
