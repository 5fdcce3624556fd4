import { BadInputError } from "./errors.ts";

/** `dataos://<depot>[:<collection>[/<dataset>]][?acl=r|rw][#<column>]`; see DESIGN §3. */
export interface UdlParts {
  readonly depot: string;
  /** only where a depot spans databases: `depot:database.schema/table` */
  readonly database?: string;
  /** schema, database, or `none` for sources without one */
  readonly collection?: string;
  /** segments, decoded: one for a table, several for a file in folders */
  readonly dataset?: readonly string[];
  readonly acl?: "r" | "rw";
  /** column path, decoded */
  readonly field?: readonly string[];
}

const shape = /^dataos:\/\/([^:/?#]+)(?::([^:/?#]+)(?:\/([^:?#]+))?)?(?:\?acl=([^#]*))?(?:#(.+))?$/;
const maxLength = 4096;

/** Reads a UDL address. @throws {BadInputError} it has not the form above, an empty segment, a wrong escape or acl */
export function parseUdl(text: string): UdlParts {
  const match = text.length <= maxLength ? shape.exec(text) : null;
  if (!match) {
    throw new BadInputError(
      `\`${text.slice(0, 200)}\` is not a UDL address; expected \`dataos://<depot>[:<collection>[/<dataset>]][?acl=r|rw]\``,
    );
  }
  const [, depot = "", collection, dataset, acl, field] = match;
  const decode = (segment: string): string => decodeSegment(segment, text);
  const [database, schema] = collection === undefined ? [] : splitCollection(collection, text).map(decode);
  if (acl !== undefined && acl !== "r" && acl !== "rw") {
    throw new BadInputError(`\`${text}\` has acl \`${acl}\`; expected \`r\` or \`rw\``);
  }
  return {
    depot: decode(depot),
    ...(schema === undefined ? {} : { database: database ?? "" }),
    ...(collection === undefined ? {} : { collection: schema ?? database ?? "" }),
    ...(dataset === undefined ? {} : { dataset: dataset.split("/").map(decode) }),
    ...(acl === undefined ? {} : { acl }),
    ...(field === undefined ? {} : { field: field.split(".").map(decode) }),
  };
}

/** Whether `text` is meant as a UDL address. */
export function looksLikeUdl(text: string): boolean {
  return text.startsWith("dataos://");
}

/** Writes a UDL address. A `.` is encoded in collections and columns, where it separates, and not in datasets (`none/file.parquet`). */
export function formatUdl(parts: UdlParts): string {
  const database = parts.database === undefined ? "" : `${encode(parts.database, true)}.`;
  const collection = parts.collection === undefined ? "" : `:${database}${encode(parts.collection, true)}`;
  const dataset = parts.dataset?.length ? `/${parts.dataset.map((segment) => encode(segment, false)).join("/")}` : "";
  const acl = parts.acl === undefined ? "" : `?acl=${parts.acl}`;
  const field = parts.field?.length ? `#${parts.field.map((segment) => encode(segment, true)).join(".")}` : "";
  return `dataos://${encode(parts.depot, false)}${collection}${dataset}${acl}${field}`;
}

function splitCollection(collection: string, text: string): string[] {
  const parts = collection.split(".");
  if (parts.length <= 2) return parts;
  throw new BadInputError(
    `\`${text}\` has the collection \`${collection}\`; expected \`schema\` or \`database.schema\`, with a \`.\` inside a name written as \`%2E\``,
  );
}

function decodeSegment(segment: string, text: string): string {
  if (segment === "")
    throw new BadInputError(`\`${text}\` has an empty segment; remove the doubled or trailing separator`);
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new BadInputError(`\`${text}\` has a wrong escape in \`${segment}\`; write \`%\` as \`%25\``);
  }
}

function encode(segment: string, dotsToo: boolean): string {
  const encoded = segment.normalize("NFC").replace(/[%/#:?\s\p{Cc}]/gu, encodeURIComponent);
  return dotsToo ? encoded.replaceAll(".", "%2E") : encoded;
}
