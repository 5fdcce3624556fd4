import { stringify } from "yaml";
import { CommandError } from "../client.ts";

export const outputFormats = ["table", "yaml", "json"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** @throws {CommandError} the format is not one of `outputFormats` */
export function parseOutputFormat(text: string): OutputFormat {
  const format = outputFormats.find((known) => known === text);
  if (!format) throw new CommandError(`unknown output format \`${text}\`; expected ${outputFormats.join(", ")}`, 2);
  return format;
}

/** `value` as YAML or JSON, or the table that `table` makes. */
export function render(format: OutputFormat, value: unknown, table: () => string): string {
  switch (format) {
    case "json":
      return JSON.stringify(value, null, 2);
    case "yaml":
      return stringify(value, { lineWidth: 0 }).trimEnd();
    case "table":
      return table();
  }
}
