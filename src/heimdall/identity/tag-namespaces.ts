import { BadInputError, type Problem } from "../../shared/errors.ts";
import { compileGlob } from "../../shared/glob.ts";
import { nearest } from "../../shared/nearest.ts";

/** Namespaces that are always there. */
export const defaultTagNamespaces: readonly string[] = ["users:**", "roles:**", "dataos:**"];

const maxTags = 200;
const maxTagLength = 256;

/**
 * The tags of subject `userId`, each once, in order, without the derived `users:id:<userId>`.
 * @param namespaces globs that say which tags exist
 * @throws {BadInputError} with every tag that is malformed, outside every namespace, or another subject's identity
 */
export function checkSubjectTags(userId: string, tags: readonly string[], namespaces: readonly string[]): string[] {
  const derived = `users:id:${userId}`;
  const wanted = [...new Set(tags)].filter((tag) => tag !== derived).sort();
  const problems: Problem[] = [];
  if (wanted.length > maxTags) problems.push({ message: `${wanted.length} tags, at most ${maxTags} are allowed` });
  for (const tag of wanted.slice(0, maxTags)) {
    const message = faultOf(tag, namespaces);
    if (message) problems.push({ message });
  }
  if (problems.length > 0) {
    throw new BadInputError(
      `the tags of \`${userId}\` cannot be used: ${problems.map(({ message }) => message).join("; ")}`,
      { problems },
    );
  }
  return wanted;
}

/** @throws {BadInputError} `glob` does not start with a word of its own, e.g. `cost:**`, or is no glob */
export function assertTagNamespace(glob: string): void {
  if (glob.length > maxTagLength || !/^[a-z0-9][\w.-]*:[^\s\p{C}]+$/iu.test(glob)) {
    throw new BadInputError(
      `\`${glob.slice(0, 80)}\` is not a tag namespace; expected a word and a glob after it, e.g. \`cost:**\`, at most ${maxTagLength} characters`,
    );
  }
  compileGlob(glob, "tag");
}

function faultOf(tag: string, namespaces: readonly string[]): string | undefined {
  const shown = `\`${tag.slice(0, 80)}\``;
  if (tag.length > maxTagLength || !/^[^\s:*?[\]{}\\\p{C}]+(:[^\s:*?[\]{}\\\p{C}]+)+$/u.test(tag)) {
    return `${shown} is not a tag; expected words joined by \`:\` without spaces and wildcards, e.g. \`roles:id:data-dev\`, at most ${maxTagLength} characters`;
  }
  // SECURITY: policies name persons by this tag, so nobody may carry another one's
  if (tag.startsWith("users:id:"))
    return `${shown} is the identity of another user; each user has their own without asking`;
  if (namespaces.some((glob) => compileGlob(glob, "tag").matches(tag))) return undefined;
  return `${shown} is in no tag namespace${suggestNamespace(tag, namespaces)}`;
}

/** `; nearest is \`x:**\``, or the list of those there are; for the end of a message. */
export function suggestNamespace(tag: string, namespaces: readonly string[]): string {
  const heads = new Map(namespaces.map((glob) => [glob.replace(/:?\*+.*$/, ""), glob]));
  const parts = tag.split(":");
  for (let length = parts.length; length > 0; length--) {
    const glob = heads.get(nearest(parts.slice(0, length).join(":"), heads.keys()) ?? "");
    if (glob) return `; nearest is \`${glob}\``;
  }
  return `; known are ${namespaces.map((glob) => `\`${glob}\``).join(", ")}`;
}
