import type { Style } from "./style.ts";
import { printable } from "./table.ts";

/** The lines of a unified diff without its head, which only repeats a name; added and removed ones in colour. */
export function paintDiff(diff: string, { good, bad, dim }: Style): string {
  const lines = diff.trimEnd().split("\n");
  const shown = lines[0]?.startsWith("---") ? lines.slice(2) : lines;
  const paint = (line: string): string => {
    if (line.startsWith("@@")) return dim(line);
    return line.startsWith("+") ? good(line) : line.startsWith("-") ? bad(line) : line;
  };
  return shown.map((line) => `    ${paint(printable(line))}`.trimEnd()).join("\n");
}
