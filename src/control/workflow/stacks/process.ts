import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../../../shared/clock.ts";
import { BadInputError, ForbiddenError, UnavailableError } from "../../../shared/errors.ts";
import type { StackFault, StackRunner } from "../../needs.ts";
import { type CommandEnd, runSupervised } from "./supervised-command.ts";

export interface ProcessStackOptions {
  /** Absolute paths of the programs that jobs may start, by the operator's word. */
  readonly allowedCommands: readonly string[];
  /** What jobs see of the server's own environment, e.g. `PATH`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder below which each job gets an empty one to work in. */
  readonly workDir: string;
  readonly clock: Clock;
}

const noNul = /^[^\0]*$/;
const stackSpec = z.strictObject({
  command: z
    .array(z.string().max(32_768).regex(noNul, { message: "expected text without NUL" }))
    .min(1, { message: "expected a program and its arguments, e.g. `[/usr/bin/python3, etl.py]`" })
    .max(1000),
});

/** Variables by which a program is made to load other code. */
const loaders =
  /^(?:LD_|DYLD_|NODE_|PYTHON|PERL5|RUBY|JAVA_TOOL_OPTIONS$|_JAVA_OPTIONS$|JDK_JAVA_OPTIONS$|BASH_ENV$|ENV$|SHELLOPTS$|IFS$|PATH$|GIT_)/i;

/**
 * `process:1.0`: starts a program that the operator has allowed, with arguments as they are written. Never a shell. The program sees
 * `PATH`, the language, the job's own variables and the secrets it was given; its output is the job's log.
 */
export function createProcessStack({ allowedCommands, environment, workDir, clock }: ProcessStackOptions): StackRunner {
  const check = (given: unknown): readonly StackFault[] => {
    const parsed = stackSpec.safeParse(given ?? {});
    return parsed.success
      ? []
      : parsed.error.issues.map(({ path, message }) => ({ path, message: lowerFirst(message) }));
  };
  return {
    stack: "process",
    version: "1.0",
    check,
    cannotRun(given) {
      const program = stackSpec.safeParse(given).data?.command[0];
      if (program === undefined || allowedCommands.includes(program)) return undefined;
      return `the program \`${program.slice(0, 200)}\` is not allowed here; the operator allows programs by DATAOS_JOB_COMMANDS`;
    },

    async run({
      stackSpec: given,
      job,
      runId,
      envs,
      readSecrets,
      memoryBytes,
      progress,
      assertHeld,
      sureForMs,
      signal,
    }) {
      const { command } = stackSpec.parse(given);
      const [program = "", ...args] = command;
      if (!allowedCommands.includes(program))
        throw new ForbiddenError(
          `the program \`${program.slice(0, 200)}\` is not allowed here; the operator allows programs by DATAOS_JOB_COMMANDS`,
        );
      if (memoryBytes !== undefined && process.platform !== "linux")
        throw new BadInputError(
          "a limit of memory can be kept on Linux only; leave `resources.limits.memory` and the compute's `limits.memory` out",
        );
      refuseLoaders(Object.keys(envs));
      const secrets = await readSecrets();
      const cwd = join(workDir, runId, job);
      await mkdir(cwd, { recursive: true, mode: 0o700 });
      try {
        const env: Record<string, string> = {
          ...environment,
          ...envs,
          HOME: cwd,
          TMPDIR: cwd,
          DATAOS_RUN: runId,
          DATAOS_JOB: job,
        };
        for (const [name, value] of secrets) env[name] = value.reveal();
        refuseLoaders([...secrets.keys()]);
        let lines = 0;
        await assertHeld();
        const end = await runSupervised({
          order: { program, args, env, cwd, memoryBytes },
          sureForMs,
          onLine(stream, line) {
            lines++;
            if (stream === "stdout") progress.log.info({}, line);
            else progress.log.warn({}, line);
          },
          clock,
          signal,
        });
        signal.throwIfAborted();
        assertSucceeded(end, program, memoryBytes);
        return { exitCode: 0, lines };
      } finally {
        await rm(cwd, { recursive: true, force: true });
      }
    },
  };
}

/** SECURITY: with these a job would have an allowed program run code of its own. */
function refuseLoaders(names: readonly string[]): void {
  const refused = names.find((name) => loaders.test(name) || !/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name));
  if (refused !== undefined)
    throw new BadInputError(
      `a job may not set \`${refused.slice(0, 128)}\`; expected a variable that changes no program, such as \`REGION\``,
    );
}

function assertSucceeded(end: CommandEnd, program: string, memoryBytes: number | undefined): void {
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

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
