import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning"];
const keptOutput = 4_000;
const patienceMs = 10_000;

/** Starts the demo's processes, notices when one goes by itself, and takes all of them away again. */
export interface Processes {
  /**
   * Starts a TypeScript file of this checkout.
   * @returns the match of `ready` in what it writes
   * @throws {Error} it ended before, with the end of what it wrote
   */
  start(
    name: string,
    file: string,
    options: { readonly env?: NodeJS.ProcessEnv; readonly ready: RegExp },
  ): Promise<RegExpExecArray>;
  /** Runs `dataos-ctl`, printing the command and what it prints. @returns its exit code */
  ctl(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number>;
  /** Rejects when a started process ends by itself. */
  readonly failure: Promise<never>;
  /** Ends all and waits for it; who does not go within 10 s is killed. */
  stop(): Promise<void>;
}

export function createProcesses(): Processes {
  const running = new Set<ChildProcess>();
  const { promise: failure, reject: fail } = Promise.withResolvers<never>();
  // who waits for it is told; without anybody waiting it must not end the process
  failure.catch(() => {});
  let stopping = false;

  function track(child: ChildProcess): ChildProcess {
    running.add(child);
    child.on("exit", () => running.delete(child));
    return child;
  }

  return {
    failure,
    start(name, file, { env, ready }) {
      const child = spawn(process.execPath, [...flags, file], {
        cwd: root,
        env: { ...process.env, ...env },
        stdio: ["pipe", "pipe", "pipe"],
        // WHY: Ctrl-C reaches all processes of a terminal's foreground; these are stopped in order instead
        detached: true,
      });
      track(child);
      let output = "";
      return new Promise((resolve, reject) => {
        const look = (chunk: Buffer): void => {
          output = `${output}${chunk}`.slice(-keptOutput);
          const match = ready.exec(output);
          if (match) resolve(match);
        };
        child.stdout?.on("data", look);
        child.stderr?.on("data", look);
        child.on("error", reject);
        child.on("exit", (code, signal) => {
          const error = new Error(`the ${name} ended by itself (${signal ?? `exit code ${code}`}):\n${output.trim()}`);
          reject(error);
          if (!stopping) fail(error);
        });
      });
    },
    ctl(args, env) {
      console.log(`\n$ dataos-ctl ${args.map(quote).join(" ")}`);
      const child = track(
        spawn(process.execPath, [...flags, "bin/dataos-ctl.js", ...args], {
          cwd: root,
          env: { ...process.env, ...env },
          stdio: ["ignore", "inherit", "inherit"],
        }),
      );
      return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("exit", (code) => resolve(code ?? 1));
      });
    },
    async stop() {
      stopping = true;
      const ends = [...running].reverse().map(async (child) => {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
        child.kill("SIGTERM");
        await ended;
        clearTimeout(timer);
      });
      await Promise.all(ends);
    },
  };
}

function quote(argument: string): string {
  return /^[\w@%+=:,./#-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** `wanted` where nobody listens there, else a free port. */
export async function choosePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : undefined));
    });
  });
}
