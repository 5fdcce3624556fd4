import { errorFaces } from "../../shared/errors.ts";
import { suggestion } from "../../shared/nearest.ts";
import { CommandError } from "../client.ts";

const keys = ["tag", "owner", "type", "workspace", "status"] as const;
type Key = (typeof keys)[number];

/** Which resources are meant; all of it has to hold. */
export interface Selector {
  readonly tags: readonly string[];
  readonly owner?: string;
  readonly type?: string;
  readonly workspace?: string;
  /** active, pending, error or deleted */
  readonly status?: string;
}

/** Reads `-l tag=team:sales,status=error`, given once or more. @throws {CommandError} */
export function parseSelector(texts: readonly string[]): Selector {
  const tags: string[] = [];
  const single = new Map<Key, string>();
  for (const part of texts.flatMap((text) => text.split(","))) {
    const [, key, value] = /^([^=]*)=(.+)$/s.exec(part) ?? [];
    if (key === undefined || value === undefined)
      throw refused(`\`${part}\` does not say what to select; expected e.g. \`tag=team:sales\``);
    const known = keys.find((name) => name === key.trim());
    if (!known)
      throw refused(`resources cannot be selected by \`${key}\`${suggestion(key, keys)} (known: ${keys.join(", ")})`);
    if (known === "tag") tags.push(value);
    else if (single.has(known) && single.get(known) !== value)
      throw refused(`\`${known}\` is given twice; a resource has one`);
    else single.set(known, value);
  }
  return { tags, ...Object.fromEntries(single) };
}

function refused(message: string): CommandError {
  return new CommandError(message, errorFaces.BAD_USER_INPUT.exit);
}
