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
  /** One line to standard error: what to do next. */
  note(text: string): void;
  /** One line to standard error. */
  warn(text: string): void;
  /** What is going on, on a terminal only: each text takes the place of the one before; an empty one takes it away. */
  progress(text: string): void;
  /** colours of standard output */
  readonly style: Style;
  /** columns of the terminal that standard output is; `undefined` where it is none, or `COLUMNS` is not set */
  readonly columns: number | undefined;
  /** standard output and standard input are a terminal, so that a person can be asked */
  readonly isInteractive: boolean;
}

/** @param quiet no notes, warnings or progress */
export function createCommandContext(client: Client, { quiet }: { readonly quiet: boolean }): CommandContext {
  const { dim, warn } = createStyle(process.stderr);
  const isStderrTerminal = process.stderr.isTTY === true && process.env.TERM !== "dumb";
  let shown = false;
  /** What is going on stands below everything that is written. */
  const clear = (): void => {
    if (shown) process.stderr.write("\r\u001b[K");
    shown = false;
  };
  return {
    client,
    print(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    async printAll(lines) {
      for await (const line of lines) {
        if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
      }
    },
    note(text) {
      if (quiet) return;
      clear();
      process.stderr.write(`${dim(printable(text))}\n`);
    },
    warn(text) {
      if (quiet) return;
      clear();
      process.stderr.write(`${warn("warning")}: ${printable(text)}\n`);
    },
    progress(text) {
      if (quiet || !isStderrTerminal) return;
      clear();
      if (text === "") return;
      // WHY: a line that wraps cannot be taken away again
      process.stderr.write(dim(printable(text).slice(0, (process.stderr.columns ?? 80) - 1)));
      shown = true;
    },
    style: createStyle(process.stdout),
    columns: process.stdout.isTTY ? (process.stdout.columns ?? 80) : undefined,
    isInteractive: process.stdout.isTTY === true && process.stdin.isTTY === true,
  };
}
