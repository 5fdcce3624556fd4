import type { Brand } from "./brand.ts";
import { BadInputError } from "./errors.ts";

/** `urn:dataos:<kind>:<scope>[:<path>][#<field>]`; made only by `parseUrn` and `formatUrn`. */
export type Urn = Brand<string, "Urn">;

export interface UrnParts {
  /** lower-case letters, e.g. `dataset`, `depot`, `resource` */
  readonly kind: string;
  /** depot name, workspace, resource type or `dataos` */
  readonly scope: string;
  /** segments, decoded, case preserved */
  readonly path: readonly string[];
  /** column path, decoded; empty where the URN names no field */
  readonly field: readonly string[];
}

const shape = /^urn:dataos:([a-z]+):([^:#/]+)(?::([^#]+))?(?:#(.+))?$/;
const maxLength = 4096;

/** Reads a URN. @throws {BadInputError} it has not the form above, an empty segment, or a wrong escape */
export function parseUrn(text: string): UrnParts {
  const match = text.length <= maxLength ? shape.exec(text) : null;
  if (!match) {
    throw new BadInputError(
      `\`${text.slice(0, 200)}\` is not a URN; expected \`urn:dataos:<kind>:<scope>[:<path>][#<field>]\``,
    );
  }
  const [, kind = "", scope = "", path, field] = match;
  const decode = (segment: string): string => {
    if (segment === "")
      throw new BadInputError(`\`${text}\` has an empty segment; remove the doubled or trailing separator`);
    try {
      return decodeURIComponent(segment);
    } catch {
      throw new BadInputError(`\`${text}\` has a wrong escape in \`${segment}\`; write \`%\` as \`%25\``);
    }
  };
  return {
    kind,
    scope: decode(scope),
    path: path === undefined ? [] : path.split("/").map(decode),
    field: field === undefined ? [] : field.split(".").map(decode),
  };
}

/** Whether `text` is a well-formed URN of ours. */
export function isUrn(text: string): text is Urn {
  try {
    parseUrn(text);
    return true;
  } catch {
    return false;
  }
}

/** Writes a URN; `/ # : . %` and white space inside a segment are percent-encoded. */
export function formatUrn(parts: {
  readonly kind: string;
  readonly scope: string;
  readonly path?: readonly string[];
  readonly field?: readonly string[];
}): Urn {
  const path = parts.path?.length ? `:${parts.path.map(encodeSegment).join("/")}` : "";
  const field = parts.field?.length ? `#${parts.field.map(encodeSegment).join(".")}` : "";
  return `urn:dataos:${parts.kind}:${encodeSegment(parts.scope)}${path}${field}` as Urn;
}

/** One segment as it stands in a URN. */
function encodeSegment(segment: string): string {
  return segment
    .normalize("NFC")
    .replace(/[%/#:.\s\p{Cc}]/gu, (char) => encodeURIComponent(char).replaceAll(".", "%2E"));
}

/** The URN without its `#field`. */
export function withoutField(urn: string): string {
  const hash = urn.indexOf("#");
  return hash < 0 ? urn : urn.slice(0, hash);
}
