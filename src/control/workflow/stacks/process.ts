import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../../../shared/clock.ts";
import type { StackFault, StackRunner } from "../../needs.ts";
import {
  assertAllowed,
  assertMemoryLimit,
  assertSucceeded,
  commandSchema,
  findNotAllowed,
  refuseLoaders,
  toStackFaults,
} from "./allowed-programs.ts";
import { placeVolumes, watchVolumes } from "./place-volumes.ts";
import { createProcessServing } from "./process-serving.ts";
import { runSupervised } from "./supervised-command.ts";

export interface ProcessStackOptions {
  /** Absolute paths of the programs that jobs may start, by the operator's word. */
  readonly allowedCommands: readonly string[];
  /** What jobs see of the server's own environment, e.g. `PATH`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder below which each job gets an empty one to work in. */
  readonly workDir: string;
  readonly clock: Clock;
}

const stackSpec = z.strictObject({ command: commandSchema });

/**
 * `process:1.0`: starts a program that the operator has allowed, with arguments as they are written. Never a shell. The program sees
 * `PATH`, the language, the job's own variables and the secrets it was given; its output is the job's log.
 */
export function createProcessStack({ allowedCommands, environment, workDir, clock }: ProcessStackOptions): StackRunner {
  const check = (given: unknown): readonly StackFault[] => {
    const parsed = stackSpec.safeParse(given ?? {});
    return parsed.success ? [] : toStackFaults(parsed.error);
  };
  return {
    stack: "process",
    version: "1.0",
    check,
    cannotRun: (given) => findNotAllowed(stackSpec.safeParse(given).data?.command[0], allowedCommands),
    serving: createProcessServing({ allowedCommands, environment, workDir, clock }),

    async run({
      stackSpec: given,
      job,
      runId,
      envs,
      readSecrets,
      mounted,
      memoryBytes,
      progress,
      assertHeld,
      sureForMs,
      signal,
    }) {
      const { command } = stackSpec.parse(given);
      const [program = "", ...args] = command;
      assertAllowed(program, allowedCommands);
      assertMemoryLimit(memoryBytes);
      refuseLoaders(Object.keys(envs));
      const secrets = await readSecrets();
      const cwd = join(workDir, runId, job);
      await mkdir(cwd, { recursive: true, mode: 0o700 });
      const ending = new AbortController();
      const onAbort = (): void => ending.abort(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      const stopLooking = watchVolumes(mounted, clock, (error) => ending.abort(error));
      try {
        const env: Record<string, string> = {
          ...environment,
          ...envs,
          ...(await placeVolumes(mounted, cwd)),
          HOME: cwd,
          TMPDIR: cwd,
          DATAOS_RUN: runId,
          DATAOS_JOB: job,
        };
        for (const [name, value] of secrets) env[name] = value.reveal();
        refuseLoaders([...secrets.keys()]);
        let lines = 0;
        signal.throwIfAborted();
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
          signal: ending.signal,
        });
        ending.signal.throwIfAborted();
        assertSucceeded(end, program, memoryBytes);
        return { exitCode: 0, lines };
      } finally {
        stopLooking();
        signal.removeEventListener("abort", onAbort);
        await rm(cwd, { recursive: true, force: true });
      }
    },
  };
}
