import type { AttributeValue } from "../../shared/decision.ts";
import type { ObjectType, RegisteredObject } from "../ports.ts";

const maxIdLength = 256;
const maxTags = 100;
const maxTagLength = 256;
const maxAttributesLength = 16_384;
const maxValues = 300;
const maxDepth = 16;
const maxPathLength = 100;

/** Kinds that only the platform speaks of; an object of one of these could pass for a thing of the platform. */
const ownKinds: ReadonlySet<string> = new Set(
  (
    "urn dataos users roles http https depot database schema dataset column procedure query job run pipeline dashboard " +
    "dataproduct contract domain glossary term classification tag user person application identity team policy grant " +
    "provider use-case resource scan report entity workspace apikey audit decision projection self object object-type " +
    "secret instance-secret workflow compute role cluster-resource workspace-resource"
  ).split(" "),
);

/** Whether the word is the platform's, so that no type of services has it. */
export function isOwnKind(name: string): boolean {
  return ownKinds.has(name.toLowerCase());
}

/** What is wrong with a type; `undefined`: nothing. */
export function findTypeFault({ name, description }: ObjectType): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(name)) {
    return `\`${name.slice(0, 80)}\` is not a name for a type of objects; expected a letter, then letters, digits and \`_ . -\`, at most 64 characters`;
  }
  if (isOwnKind(name)) {
    return `\`${name}\` is the platform's own word; choose another name for the type, such as \`my-${name}\``;
  }
  return description !== undefined && (description.length > 1_000 || !isText(description))
    ? "the description must be a text of at most 1000 characters"
    : undefined;
}

/** What is wrong with an object; `undefined`: nothing. */
export function findObjectFault({ type, id, tags, attributes }: RegisteredObject): string | undefined {
  const shown = `\`${type.slice(0, 64)}:${id.slice(0, 64)}\``;
  if (id === "" || id.length > maxIdLength || !isText(id) || id !== id.normalize("NFC") || /\p{Cc}/u.test(id)) {
    return `${shown}: the id must be a text of 1 to ${maxIdLength} characters without control characters, in Unicode form NFC`;
  }
  if (id.startsWith("//")) return `${shown}: an id that starts with \`//\` reads like an address; choose another one`;
  if (tags.length > maxTags) return `${shown} has ${tags.length} tags; at most ${maxTags} are kept`;
  for (const tag of tags) {
    if (tag === "" || tag.length > maxTagLength || !isText(tag)) {
      return `${shown}: a tag must be a text of 1 to ${maxTagLength} characters`;
    }
    // SECURITY: these say what a thing of the platform is, and who; policies rely on nobody else giving them
    if (/^(dataos|users|roles):/.test(tag)) {
      return `${shown}: tag \`${tag}\` is the platform's own; choose one that does not start with \`dataos:\`, \`users:\` or \`roles:\``;
    }
  }
  if (JSON.stringify(attributes).length > maxAttributesLength) {
    return `${shown}: the attributes have more than ${maxAttributesLength} characters of JSON`;
  }
  const { count, fault } = walk(attributes, "", 0);
  if (fault !== undefined) return `${shown}: ${fault}`;
  if (count > maxValues) return `${shown} has ${count} values in its attributes; at most ${maxValues} are kept`;
  for (const name of ["id", "type", "paths", "tags"]) {
    if (Object.hasOwn(attributes, name)) {
      return `${shown}: attribute \`${name}\` would be hidden by the object's own \`${name}\`; choose another name`;
    }
  }
  return undefined;
}

/** Counts the values, and finds what a store cannot keep or find again. */
function walk(value: AttributeValue, path: string, depth: number): { count: number; fault: string | undefined } {
  if (typeof value === "string" && !isText(value))
    return { count: 1, fault: `attribute \`${path}\` is no well-formed text` };
  if (typeof value !== "object" || value === null) return { count: 1, fault: undefined };
  if (depth >= maxDepth) return { count: 1, fault: `attributes are nested more than ${maxDepth} levels deep` };
  let count = 1;
  for (const [name, part] of Object.entries(value)) {
    const below = path === "" ? name : `${path}.${name}`;
    if (below.length > maxPathLength || !isText(below) || /\p{Cc}/u.test(below)) {
      return {
        count,
        fault: `the name of an attribute must be a text of at most ${maxPathLength} characters, control characters excluded`,
      };
    }
    const found = walk(part, below, depth + 1);
    count += found.count;
    if (found.fault !== undefined) return { count, fault: found.fault };
  }
  return { count, fault: undefined };
}

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
