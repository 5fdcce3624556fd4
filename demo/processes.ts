import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning"];

/** Starts a TypeScript file of this checkout; resolves with the first line of its output that `ready` accepts. */
export async function startProcess(
  file: string,
  options: { readonly env?: NodeJS.ProcessEnv; readonly ready: RegExp; readonly args?: readonly string[] },
): Promise<{ readonly child: ChildProcess; readonly match: RegExpExecArray }> {
  const child = spawn(
    process.execPath,
    [...flags, fileURLToPath(new URL(`../${file}`, import.meta.url)), ...(options.args ?? [])],
    {
      cwd: root,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  const output: string[] = [];
  return await new Promise((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      output.push(chunk.toString());
      const match = options.ready.exec(output.join(""));
      if (match) resolve({ child, match });
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("error", reject);
    child.on("exit", (code) =>
      reject(new Error(`${file} ended with ${code} before it was ready:\n${output.join("")}`)),
    );
  });
}

/** Runs `dataos-ctl`, printing the command and its output as a terminal would show them; resolves with the exit code. */
export async function runCtl(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  console.log(`\n$ dataos-ctl ${args.map((arg) => (/^[\w@%+=:,./#-]+$/.test(arg) ? arg : `'${arg}'`)).join(" ")}`);
  const child = spawn(process.execPath, [...flags, "bin/dataos-ctl.js", ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return await new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
}

/** `wanted` when nobody listens there, else a free port. */
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
