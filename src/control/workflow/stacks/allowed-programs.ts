import { z } from "zod";
import { BadInputError, ForbiddenError, UnavailableError } from "../../../shared/errors.ts";
import type { StackFault } from "../../needs.ts";
import type { CommandEnd } from "./supervised-command.ts";

const noNul = /^[^\0]*$/;

/** A program and its arguments, as a manifest has them. */
export const commandSchema = z
  .array(z.string().max(32_768).regex(noNul, { message: "expected text without NUL" }))
  .min(1, { message: "expected a program and its arguments, e.g. `[/usr/bin/python3, etl.py]`" })
  .max(1000);

/** Variables by which a program is made to load other code. */
const loaders =
  /^(?:LD_|DYLD_|NODE_|PYTHON|PERL5|RUBY|JAVA_TOOL_OPTIONS$|_JAVA_OPTIONS$|JDK_JAVA_OPTIONS$|BASH_ENV$|ENV$|SHELLOPTS$|IFS$|PATH$|GIT_)/i;

/** Why a program is not started, if it is not. */
export function findNotAllowed(program: string | undefined, allowed: readonly string[]): string | undefined {
  if (program === undefined || allowed.includes(program)) return undefined;
  return `the program \`${program.slice(0, 200)}\` is not allowed here; the operator allows programs by DATAOS_JOB_COMMANDS`;
}

/** @throws {ForbiddenError} the operator has not allowed it */
export function assertAllowed(program: string, allowed: readonly string[]): void {
  const message = findNotAllowed(program, allowed);
  if (message !== undefined) throw new ForbiddenError(message);
}

/** @throws {BadInputError} a limit is asked for that cannot be kept here */
export function assertMemoryLimit(memoryBytes: number | undefined): void {
  if (memoryBytes !== undefined && process.platform !== "linux")
    throw new BadInputError(
      "a limit of memory can be kept on Linux only; leave `resources.limits.memory` and the compute's `limits.memory` out",
    );
}

/** SECURITY: with these a manifest would have an allowed program run code of its own. */
export function refuseLoaders(names: readonly string[]): void {
  const refused = names.find((name) => loaders.test(name) || !/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name));
  if (refused !== undefined)
    throw new BadInputError(
      `a job may not set \`${refused.slice(0, 128)}\`; expected a variable that changes no program, such as \`REGION\``,
    );
}

/** Says how it ended, unless well. */
export function assertSucceeded(end: CommandEnd, program: string, memoryBytes: number | undefined): void {
  if (end.type === "refused")
    throw new BadInputError(
      `the program \`${program}\` cannot be started (${end.code}); see whether it is there and may be run`,
    );
  if (end.killedFor === "memory")
    throw new BadInputError(
      `it used more than ${memoryBytes} bytes of memory and was ended; raise the limit or give it less to do`,
    );
  if (end.killedFor === "silence") throw new UnavailableError("the server stood still, so the program was ended");
  if (end.signal !== undefined) throw new UnavailableError(`the program was ended by ${end.signal}`);
  if (end.code !== 0) throw new BadInputError(`the program ended with code ${end.code}; its log says why`);
}

/** The faults of what a schema did not take. */
export function toStackFaults({ issues }: z.ZodError): readonly StackFault[] {
  return issues.map(({ path, message }) => ({ path, message: message.charAt(0).toLowerCase() + message.slice(1) }));
}
