import type { Client } from "./client.ts";
import { createStyle, type Style } from "./output/style.ts";

/** What a command needs: the server, and where to write. */
export interface CommandContext {
  readonly client: Client;
  /** result lines, to standard output */
  print(text: string): void;
  /** progress and warnings, to standard error */
  note(text: string): void;
  readonly style: Style;
}

export function createCommandContext(client: Client): CommandContext {
  return {
    client,
    print: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    style: createStyle(process.stdout),
  };
}
