import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";

/** Asks on the terminal without showing what is typed. @throws {CommandError} it was interrupted */
export async function askSecret(question: string): Promise<string> {
  process.stderr.write(question);
  try {
    return await readLine(new Writable({ write: (_chunk, _encoding, done) => done() }));
  } finally {
    process.stderr.write("\n");
  }
}

/** Asks for yes or no; only a typed yes is one. @throws {CommandError} it was interrupted */
export async function askYes(question: string): Promise<boolean> {
  process.stderr.write(`${question} [y/N] `);
  return /^y(es)?$/i.test((await readLine(process.stderr)).trim());
}

function readLine(output: NodeJS.WritableStream): Promise<string> {
  // WHY: a terminal is read key by key, and what is typed is written to `output` alone
  const lines = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true });
  return new Promise((resolve, reject) => {
    lines.once("line", (line) => {
      resolve(line);
      lines.close();
    });
    lines.once("close", () => reject(new CommandError("interrupted; nothing was done", errorFaces.INTERNAL.exit)));
  });
}
