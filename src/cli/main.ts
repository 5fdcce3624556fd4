import { CommanderError } from "commander";
import { DataOsError, errorFaces } from "../shared/errors.ts";
import { CommandError } from "./client.ts";
import { createStyle } from "./output/style.ts";
import { printable } from "./output/table.ts";
import { createProgram } from "./program.ts";

/** Runs `dataos-ctl`; the process's exit code says how it went (they are listed by `dataos-ctl --help`). */
async function main(): Promise<void> {
  // WHY: `dataos-ctl get … | head` closes the pipe early; that is no failure
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    const [first, ...words] = process.argv.slice(2);
    // before the parser, which would take the options in the words for its own
    if (first === "__complete") await (await import("./commands/complete.ts")).answerShell(words);
    else await createProgram().parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { bad } = createStyle(process.stderr);
  const message = error instanceof Error ? error.message : String(error);
  if (message !== "") process.stderr.write(`${bad("error")}: ${printable(message)}\n`);
  if (error instanceof DataOsError) return errorFaces[error.code].exit;
  if (!(error instanceof CommandError)) return errorFaces.INTERNAL.exit;
  for (const line of error.lines) process.stderr.write(`  ${printable(line)}\n`);
  return error.exitCode;
}

await main();
