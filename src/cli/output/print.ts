import { Document, Scalar, visit } from "yaml";
import { parseWord } from "../words.ts";

const outputFormats = ["table", "yaml", "json"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** @throws {CommandError} the format is none of `outputFormats` */
export function parseOutputFormat(text: string): OutputFormat {
  return parseWord("output format", text, outputFormats);
}

/** `value` as YAML or JSON, or the table that `table` makes. */
export function render(format: OutputFormat, value: unknown, table: () => string): string {
  switch (format) {
    case "json":
      return toJson(value);
    case "yaml":
      return toYaml(value);
    case "table":
      return table();
  }
}

// SECURITY: JSON and YAML escape some control characters; these they may leave as they are
const unsafe = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function toJson(value: unknown): string {
  return escapeUnsafe(JSON.stringify(value, null, 2));
}

/** `value` as YAML in which no text can move the cursor; without a line break at the end. */
export function toYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && node.value.search(unsafe) >= 0) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return escapeUnsafe(document.toString({ lineWidth: 0 }).trimEnd());
}

/** Both formats read `\u202e` between double quotes as the character. */
function escapeUnsafe(text: string): string {
  return text.replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
