import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning"];

/** Where a server under test keeps things; what is left out is embedded in `dataDir`. */
export interface ServerStores {
  readonly dataDir: string;
  readonly stateUrl?: string;
  readonly searchUrl?: string;
  readonly lineageUrl?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A real server process and a client for it. */
export interface TestServer {
  readonly url: string;
  readonly apiKey: string;
  readonly child: ChildProcess;
  readonly readyAfterMs: number;
  /** everything it wrote so far */
  output(): string;
  query<Data>(document: string, variables?: Readonly<Record<string, unknown>>, apiKey?: string): Promise<Data>;
  ctl(
    args: readonly string[],
    options?: { readonly env?: NodeJS.ProcessEnv; readonly input?: string },
  ): Promise<CtlResult>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface CtlResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `src/main.ts` on a free port and waits until it says that it listens. */
export async function startServer(
  stores: ServerStores,
  apiKey = `test-${randomBytes(24).toString("base64url")}`,
): Promise<TestServer> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...flags, "src/main.ts"], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      // as `npm start` has it
      NODE_COMPILE_CACHE: fileURLToPath(new URL("../../../node_modules/.cache/node", import.meta.url)),
      DATAOS_PORT: "0",
      DATAOS_DATA_DIR: stores.dataDir,
      DATAOS_DEPOT_NETWORKS: "127.0.0.0/8",
      DATAOS_BOOTSTRAP_APIKEY: apiKey,
      ...(stores.stateUrl !== undefined && { DATAOS_STATE_URL: stores.stateUrl }),
      ...(stores.searchUrl !== undefined && { DATAOS_SEARCH_URL: stores.searchUrl }),
      ...(stores.lineageUrl !== undefined && { DATAOS_LINEAGE_URL: stores.lineageUrl }),
      ...stores.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = /listening on (http:\S+)/.exec(output);
      if (match?.[1]) resolve(match[1]);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("exit", (code, signal) =>
      reject(new Error(`the server ended (${code ?? signal}) before it listened:\n${output}`)),
    );
  });
  const readyAfterMs = performance.now() - startedAt;
  return {
    url,
    apiKey,
    child,
    readyAfterMs,
    output: () => output,
    async query<Data>(
      document: string,
      variables: Readonly<Record<string, unknown>> = {},
      key = apiKey,
    ): Promise<Data> {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { apikey: key, "content-type": "application/json" },
        body: JSON.stringify({ query: document, variables }),
      });
      const body = (await response.json()) as { data?: Data | null; errors?: readonly { message: string }[] };
      if (body.errors || !body.data) throw new Error(`status ${response.status}: ${JSON.stringify(body)}`);
      return body.data;
    },
    ctl: (args, options = {}) =>
      runCtl(args, { DATAOS_URL: url, DATAOS_APIKEY: apiKey, ...options.env }, options.input),
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill(signal);
      await ended;
    },
  };
}

/** Runs `dataos-ctl` as a user does. */
export async function runCtl(args: readonly string[], env: NodeJS.ProcessEnv, input?: string): Promise<CtlResult> {
  const child = spawn(process.execPath, [...flags, "bin/dataos-ctl.js", ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: "/nonexistent", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(input ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const exit = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  return { exit, stdout, stderr };
}

/** Asks until `done` accepts the answer. @throws when it did not within `timeoutMs`, with the last answer */
export async function waitFor<T>(ask: () => Promise<T>, done: (value: T) => boolean, timeoutMs = 60_000): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (done(value)) return value;
    if (performance.now() > until)
      throw new Error(`not reached within ${timeoutMs} ms; last answer: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
