import { once } from "node:events";
import type { Client } from "./client.ts";
import { createStyle, type Style } from "./output/style.ts";
import { printable } from "./output/table.ts";

/** What a command needs: the server, and where to write. */
export interface CommandContext {
  readonly client: Client;
  /** Result lines, to standard output. SECURITY: texts of others have to be `printable` in it. */
  print(text: string): void;
  /** Result lines of any number, no faster than they are taken. */
  printAll(lines: AsyncIterable<string>): Promise<void>;
  /** One line to standard error: progress, what to do next. */
  note(text: string): void;
  /** One line to standard error. */
  warn(text: string): void;
  readonly style: Style;
}

export function createCommandContext(client: Client): CommandContext {
  const { dim, warn } = createStyle(process.stderr);
  return {
    client,
    print: (text) => process.stdout.write(`${text}\n`),
    async printAll(lines) {
      for await (const line of lines) {
        if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
      }
    },
    note: (text) => process.stderr.write(`${dim(printable(text))}\n`),
    warn: (text) => process.stderr.write(`${warn("warning")}: ${printable(text)}\n`),
    style: createStyle(process.stdout),
  };
}
