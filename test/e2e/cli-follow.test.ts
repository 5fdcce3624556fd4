import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { startServer, type TestServer, waitFor } from "./support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = createTempDir();
const children: ChildProcess[] = [];
let server: TestServer;

const start = (port: string, apiKey?: string): Promise<TestServer> =>
  startServer({ dataDir: join(folder.path, "data"), env: { DATAOS_PORT: port } }, apiKey);

beforeAll(async () => {
  server = await start("0");
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await server?.kill("SIGTERM");
  folder.remove();
});

interface Following {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  readonly ended: Promise<number | null>;
}

/** A command that goes on. */
function follow(args: readonly string[]): Following {
  const child = spawn(process.execPath, ["bin/dataos-ctl.js", ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: folder.path, DATAOS_URL: server.url, DATAOS_APIKEY: server.apiKey },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      texts[name] += chunk;
    });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, stdout: () => texts.stdout, stderr: () => texts.stderr, ended };
}

const role = (name: string, more = "") => `name: ${name}\nversion: v1\ntype: role\n${more}role: {}\n`;

describe("log -f", () => {
  it("goes on when the server was killed and comes again, with no line lost and none twice", async () => {
    const change = async (from: number, to: number): Promise<void> => {
      for (let number = from; number <= to; number++)
        await server.ctl(["apply", "-f", "-"], { input: role("busy", `description: "change ${number}"\n`) });
    };
    await change(1, 3);
    const following = follow(["log", "role", "busy", "-f"]);
    await waitFor(
      async () => following.stdout(),
      (text) => text.includes("generation 3"),
    );
    await server.kill("SIGKILL");
    await waitFor(
      async () => following.stderr(),
      (text) => text.includes("the server does not answer; trying again"),
    );
    server = await start(new URL(server.url).port, server.apiKey);
    await change(4, 6);
    await waitFor(
      async () => following.stdout(),
      (text) => text.includes("generation 6"),
    );
    expect(following.stderr()).toBe("the server does not answer; trying again\nthe server answers again\n");
    const { stdout } = await server.ctl(["log", "role", "busy"]);
    // more may have been logged between the two
    const printed = following.stdout();
    expect(stdout.startsWith(printed) || printed.startsWith(stdout), `${printed}\n---\n${stdout}`).toBe(true);
    following.child.kill("SIGINT");
    await following.ended;
  }, 180_000);

  it("does not wait for a server that was never there", async () => {
    const { exit } = await server.ctl(["log", "role", "busy", "-f"], { env: { DATAOS_URL: "http://127.0.0.1:9" } });
    expect(exit).toBe(7);
  });
});

describe("get --watch", () => {
  it("adds a line for what changes, and says what is gone", async () => {
    await server.ctl(["apply", "-f", "-"], { input: role("first") });
    const watching = follow(["get", "role", "-a", "--watch", "--interval", "1"]);
    await waitFor(
      async () => watching.stdout(),
      (text) => text.includes("first"),
    );
    await server.ctl(["apply", "-f", "-"], { input: role("second") });
    await waitFor(
      async () => watching.stdout(),
      (text) => /^second .* active/m.test(text),
    );
    await server.ctl(["delete", "role/first"]);
    await waitFor(
      async () => watching.stderr(),
      (text) => text.includes("role/first is gone"),
    );
    watching.child.kill("SIGINT");
    await watching.ended;
    const lines = watching.stdout().trimEnd().split("\n");
    expect(lines.filter((line) => line.startsWith("NAME"))).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is no terminal
    expect(watching.stdout()).not.toMatch(/\x1b/);
  });
});
