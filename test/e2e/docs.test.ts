import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProcesses } from "../../demo/processes.ts";
import { describeSettings } from "../../src/shared/config.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { startServer, type TestServer } from "./support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** A block of commands in a page. */
interface Block {
  readonly file: string;
  /** of the line with the fence, from 1 */
  readonly line: number;
  readonly text: string;
}

function findBlocks(file: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | undefined;
  for (const [index, line] of readPage(file).split("\n").entries()) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (!open) open = { line: index + 1, language: fence[1] ?? "", lines: [] };
    else {
      if (open.language === "sh") blocks.push({ file, line: open.line, text: open.lines.join("\n") });
      open = undefined;
    }
  }
  return blocks;
}

function readPage(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Lines that are commands: without comments and empty ones. */
function commandsOf({ text }: Block): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}

const blocks = pages.flatMap(findBlocks);
const isRunnable = ({ text }: Block): boolean => /^\s*(dataos-ctl|curl)\b/m.test(text);

describe("commands in the documentation", () => {
  const temp = createTempDir();
  const processes = createProcesses();
  let server: TestServer;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    const [source, started] = await Promise.all([
      processes.start("sample shop", "demo/source.ts", { ready: /^ready (\d+)$/m }),
      startServer({ dataDir: join(temp.path, "data") }),
    ]);
    server = started;
    env = {
      DATAOS_URL: server.url,
      DATAOS_APIKEY: server.apiKey,
      SHOP_HOST: "127.0.0.1",
      SHOP_PORT: source[1],
      SHOP_DATABASE: "postgres",
      SHOP_USERNAME: "postgres",
      SHOP_PASSWORD: "shop-demo-secret",
    };
    // what a block writes stays out of the checkout
    for (const name of ["examples", "policies", "docs"]) symlinkSync(join(root, name), join(temp.path, name));
    for (const args of [
      ["apply", "-f", "examples/quickstart"],
      ["log", "-t", "workflow", "-n", "scan-shopdb", "-f"],
    ]) {
      const done = await server.ctl(args, { env });
      expect(done.exit, done.stdout + done.stderr).toBe(0);
    }
  });

  afterAll(async () => {
    await server?.kill("SIGTERM");
    await processes.stop();
    temp.remove();
  });

  function runBlock(text: string): Promise<{ readonly exit: number; readonly output: string }> {
    const script = `set -euo pipefail\ndataos-ctl() { "$NODE" "$ROOT/bin/dataos-ctl.js" "$@"; }\n${text}`;
    return new Promise((resolve) => {
      execFile(
        "bash",
        ["-c", script],
        {
          cwd: temp.path,
          env: { PATH: process.env.PATH, HOME: temp.path, NODE: process.execPath, ROOT: root, ...env },
          timeout: 60_000,
        },
        (error, stdout, stderr) => resolve({ exit: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
      );
    });
  }

  for (const block of blocks.filter(isRunnable)) {
    it(`${block.file}:${block.line} runs as it is written`, async () => {
      // a failed request must fail the block
      for (const line of block.text.split("\n").filter((text) => /^\s*curl\b/.test(text)))
        expect(line).toMatch(/ (-\w*f\w*|--fail\S*)\b/);
      const { exit, output } = await runBlock(block.text);
      expect(exit, output).toBe(0);
    });
  }

  it("are there for all of the ten things that people do next", () => {
    const numbers = [...readPage("README.md").matchAll(/^\*\*(\d+)\. /gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(blocks.filter((block) => block.file === "README.md" && isRunnable(block)).length).toBeGreaterThanOrEqual(9);
  });

  it("name scripts, files and tools that exist, where they are not run here", () => {
    const { scripts } = JSON.parse(readPage("package.json")) as { scripts: Record<string, string> };
    const builtIn = new Set(["test", "start", "ci", "pack"]);
    const faults = blocks
      .filter((block) => !isRunnable(block))
      .flatMap((block) =>
        commandsOf(block)
          .flatMap((line) => line.split(/&&|\|/))
          .map((text) => text.trim())
          .filter((command) => {
            const words = command.replace(/^(\w+=\S* )*/, "").split(/\s+/);
            const [program = "", first = "", second = ""] = words;
            if (program === "npm") return first === "run" ? !(second in scripts) : !builtIn.has(first);
            if (/^(git|cd|eval|export|alias|source|node|npx)$/.test(program)) return false;
            return !existsSync(join(root, program));
          })
          .map((command) => `${block.file}:${block.line}: ${command}`),
      );
    expect(faults).toEqual([]);
  });
});

describe("the README", () => {
  it("starts with exactly two commands", () => {
    const [, section = ""] = /^## Try it\n([\s\S]*?)^## /m.exec(readPage("README.md")) ?? [];
    const commands = [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, text = ""]) =>
      commandsOf({ file: "README.md", line: 0, text }),
    );
    expect(commands).toEqual(["npm run demo", "npm test"]);
  });

  it("names every setting", () => {
    const variables = describeSettings().match(/DATAOS_\w+/g) ?? [];
    expect(variables.length).toBeGreaterThan(8);
    expect(variables.filter((variable) => !readPage("README.md").includes(variable))).toEqual([]);
  });
});

describe("links in the documentation", () => {
  it("lead to files that exist", () => {
    const faults = pages.flatMap((file) =>
      [
        ...readPage(file)
          .replace(/`[^`\n]*`/g, "")
          .matchAll(/\]\(([^)\s]+)\)/g),
      ]
        .map(([, link = ""]) => link.replace(/#.*$/, ""))
        .filter((link) => link !== "" && !/^[a-z]+:/.test(link))
        .filter((link) => !existsSync(join(root, dirname(file), link)))
        .map((link) => `${file}: ${link}`),
    );
    expect(faults).toEqual([]);
  });
});
