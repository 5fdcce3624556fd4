import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../../shared/clock.ts";
import { BadInputError, DeadlineExceededError, UnavailableError } from "../../../shared/errors.ts";
import type { StackRunner } from "../../needs.ts";
import type { LendKey } from "../job-keys.ts";
import { refuseLoaders } from "./allowed-programs.ts";
import { readCliSpec } from "./cli-spec.ts";
import { type CommandEnd, runSupervised } from "./supervised-command.ts";

export interface CliStackOptions {
  /** The CLI's own file, and what it may read besides the job's folder: its code. */
  readonly program: { readonly file: string; readonly code: readonly string[] };
  readonly lendKey: LendKey;
  /** Where this server is reached from its own machine; waits until it listens. */
  readonly serverUrl: () => Promise<string>;
  /** Folder below which each job gets one to work in. */
  readonly workDir: string;
  readonly clock: Clock;
}

/** the key outlives the commands by this, so that none ends in the middle */
const keyMarginSeconds = 60;
const unavailableExit = 7;

/**
 * `cli:1.0`: commands of `dataos-ctl`, one after the other, as the user the job runs as. Ends with the first that fails.
 * SECURITY: the CLI runs in a process of its own that may read its code and the job's folder and nothing else, starts no program and writes
 * nothing; its key is made for the job and revoked at its end.
 */
export function createCliStack({ program, lendKey, serverUrl, workDir, clock }: CliStackOptions): StackRunner {
  return {
    stack: "cli",
    version: "1.0",
    check: (given) => readCliSpec(given).faults,

    async run({
      stackSpec,
      calls,
      job,
      runId,
      envs,
      readSecrets,
      mounted,
      memoryBytes,
      progress,
      hide,
      assertHeld,
      sureForMs,
      signal,
    }) {
      // SECURITY: a link in a volume would lead to any file of the server
      if (mounted.volumes.length > 0)
        throw new BadInputError("a job of the stack `cli` takes no volumes; write its files below `manifests`");
      const { spec } = readCliSpec(stackSpec);
      if (!spec)
        throw new BadInputError("the job's stackSpec is not read by this version of the server; apply it again");
      const secrets = await readSecrets();
      refuseVariables([...Object.keys(envs), ...secrets.keys()]);
      const ending = withTimeout(spec.timeoutMs, signal);
      const made = join(workDir, runId, job);
      await mkdir(made, { recursive: true, mode: 0o700 });
      try {
        // WHY: the permission to read is about where a folder really is
        const cwd = await realpath(made);
        for (const [name, text] of spec.manifests) await writeFile(join(cwd, name), text, { mode: 0o600 });
        await assertHeld();
        const url = await unlessEnded(serverUrl(), ending.signal);
        const ttlSeconds = Math.ceil(spec.timeoutMs / 1000) + keyMarginSeconds;
        const lent = await lendKey(calls, { name: `job ${job} of run ${runId}`, ttlSeconds });
        hide(lent.key);
        try {
          const env: Record<string, string> = { ...envs };
          for (const [name, value] of secrets) env[name] = value.reveal();
          Object.assign(env, { HOME: cwd, TMPDIR: cwd, NO_COLOR: "1", COLUMNS: "200" });
          Object.assign(env, { DATAOS_URL: url, DATAOS_APIKEY: lent.key.reveal(), DATAOS_RUN: runId, DATAOS_JOB: job });
          for (const words of spec.commands) {
            await assertHeld();
            progress.log.info({}, `dataos-ctl ${words.join(" ")}`);
            const end = await runSupervised({
              order: {
                program: process.execPath,
                args: [...confine(cwd), program.file, ...words],
                env,
                cwd,
                memoryBytes,
              },
              sureForMs,
              onLine: (stream, line) =>
                stream === "stdout" ? progress.log.info({}, line) : progress.log.warn({}, line),
              clock,
              signal: ending.signal,
            });
            ending.signal.throwIfAborted();
            assertSucceeded(end, words);
          }
        } finally {
          await lent.giveBack();
        }
        return { commands: spec.commands.length };
      } finally {
        ending.clear();
        await rm(made, { recursive: true, force: true });
      }
    },
  };

  /** SECURITY: a word of a command may name any file of the server; this is what keeps it from being read. */
  function confine(cwd: string): string[] {
    const read = [...program.code, cwd].map((path) => `--allow-fs-read=${path}`);
    return ["--permission", ...read, "--no-warnings", "--max-old-space-size=256"];
  }

  function withTimeout(timeoutMs: number, signal: AbortSignal) {
    const ending = new AbortController();
    const onAbort = (): void => ending.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const cancel = clock.schedule(timeoutMs, () =>
      ending.abort(
        new DeadlineExceededError("the commands took too long; raise `timeout` of the stackSpec or give it less to do"),
      ),
    );
    return {
      signal: ending.signal,
      clear(): void {
        cancel();
        signal.removeEventListener("abort", onAbort);
      },
    };
  }
}

/** SECURITY: these say which server is asked and with which key. */
function refuseVariables(names: readonly string[]): void {
  refuseLoaders(names);
  const refused = names.find((name) => /^(?:DATAOS_|HOME$|TMPDIR$|(?:HTTPS?|ALL|NO)_PROXY$)/i.test(name));
  if (refused !== undefined)
    throw new BadInputError(`a job of the stack \`cli\` may not set \`${refused}\`; choose another name`);
}

async function unlessEnded<T>(wait: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([wait, ended]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function assertSucceeded(end: CommandEnd, words: readonly string[]): void {
  const name = `\`dataos-ctl ${words.join(" ").slice(0, 200)}\``;
  if (end.type === "refused") throw new UnavailableError(`${name} could not be started (${end.code})`);
  if (end.killedFor === "memory") throw new BadInputError(`${name} used more memory than the job may; raise the limit`);
  if (end.killedFor === "silence") throw new UnavailableError(`the server stood still, so ${name} was ended`);
  if (end.signal !== undefined) throw new UnavailableError(`${name} was ended by ${end.signal}`);
  if (end.code === unavailableExit) throw new UnavailableError(`${name} did not reach the server; the log says why`);
  if (end.code !== 0) throw new BadInputError(`${name} ended with code ${end.code}; the log says why`);
}
