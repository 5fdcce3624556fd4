import { execFile, spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgram, describeProgram } from "../../src/cli/program.ts";
import { answer } from "../../src/cli/surface/answer.ts";
import type { CommandEntry } from "../../src/cli/surface/command-table.ts";
import { complete } from "../../src/cli/surface/complete.ts";
import { renderHelp } from "../../src/cli/surface/help-text.ts";
import { readQuestion, toAnswer } from "../../src/cli/surface/shells.ts";
import { createTempDir } from "../support/temp-dir.ts";

const run = promisify(execFile);
const cli = fileURLToPath(new URL("../../bin/dataos-ctl.js", import.meta.url));
const table = describeProgram(createProgram(), { type: ["depot", "policy", "workflow"] });
const temp = createTempDir();
afterAll(() => temp.remove());

const help = (words: string, width = 100): string | undefined => answer(table, words.split(" ").filter(Boolean), width);
const values = (...words: string[]): readonly string[] => complete(table, words).candidates.map(({ value }) => value);

describe("help", () => {
  it("is the same wherever it is asked for", () => {
    const text = help("history --help");
    expect(text).toMatchInlineSnapshot(`
      "Usage: dataos-ctl history [options] [type] [resource]

      List the versions of a manifest, newest first; show one or compare two.

      Arguments:
        [type]      instead of -t; TYPE/NAME takes both
        [resource]  instead of -n

      Options:
        -t, --type <type>            depot, policy, workflow, …
        -n, --name <resource>        name of the resource
        -w, --workspace <workspace>  workspace of the resource, where its type has one; the server takes
                                     public where none is given
        -i, --identifier <id>        TYPE:VERSION:NAME[:WORKSPACE], or a line that \`get\` printed
            --show <n>               print this version
            --diff <n>               what changed from this version to --to, else to the present one
            --to <n>                 with --diff: the version to compare with
        -o, --output <format>        table, yaml or json (default: table)
        -h, --help                   this text

      Of every command:
            --context <context>  a server of \`context list\`, for this command; else DATAOS_CONTEXT, else
                                 the one in use
            --url <url>          server address; else DATAOS_URL, else the context's, else
                                 http://127.0.0.1:7400
            --apikey <key>       API key; better DATAOS_APIKEY, because other users of the machine see
                                 arguments
        -q, --quiet              results and errors only: no notes, warnings or progress

      Examples:
        dataos-ctl history depot shopdb
        dataos-ctl history depot shopdb --diff 1
      "
    `);
    for (const words of ["help history", "history -h", "history depot shopdb --help", "--url x history --help"])
      expect(help(words), words).toBe(text);
    expect(help("resource history --help")).toBe(
      text?.replace("dataos-ctl history [", "dataos-ctl resource history ["),
    );
    expect(
      createProgram()
        .commands.find((command) => command.name() === "history")
        ?.helpInformation(),
    ).toBe(renderHelp(table, [table.root.commands.find(({ name }) => name === "history") as CommandEntry], 100));
  });

  it("is left to the parser where a word is no command, or the flag is the value of an option", () => {
    for (const words of ["hsitory --help", "help hsitory", "get -n --help", "get -n -h", "get", "completion nonsense"])
      expect(help(words), words).toBeUndefined();
  });

  it("fits the terminal, down to a narrow one", () => {
    const paths = (entry: CommandEntry, path: readonly CommandEntry[]): (readonly CommandEntry[])[] => [
      path,
      ...entry.commands.flatMap((inner) => paths(inner, [...path, inner])),
    ];
    for (const width of [200, 80, 60]) {
      for (const path of paths(table.root, [])) {
        const text = renderHelp(table, path, width);
        const own = text.slice(0, text.search(/^(Examples:|Start here)/m));
        // a word that is longer than the line cannot be broken
        const long = own.split("\n").filter((line) => line.length > width && line.trim().includes(" "));
        expect(long, `${width}: ${path.map(({ name }) => name).join(" ")}`).toEqual([]);
        expect(text).not.toMatch(/ +$/m);
      }
    }
    expect(help("context add --help", 60)).toMatchInlineSnapshot(`
      "Usage: dataos-ctl context add [options] <name>

      Keep the server address of --url and its API key, the key
      readable for you alone; replaces one of the same name.

      Arguments:
        <name>  what you call it

      Options:
            --apikey-stdin
            read the key from standard input; else it is asked
            for, or taken from --apikey or DATAOS_APIKEY
            --no-check
            do not ask the server whether it takes the key
            --no-use
            leave the one in use as it is
        -h, --help
            this text

      Of every command:
            --context <context>
            a server of \`context list\`, for this command; else
            DATAOS_CONTEXT, else the one in use
            --url <url>
            server address; else DATAOS_URL, else the context's,
            else http://127.0.0.1:7400
            --apikey <key>
            API key; better DATAOS_APIKEY, because other users of
            the machine see arguments
        -q, --quiet
            results and errors only: no notes, warnings or
            progress

      Examples:
        dataos-ctl context add prod --url https://dataos.example.com     # asks for the key without showing it
        print-key | dataos-ctl context add prod --url https://dataos.example.com --apikey-stdin
      "
    `);
  });

  it("tells of every command and option what it does", () => {
    const check = (entry: CommandEntry, path: string): void => {
      if (entry.isHidden) return;
      expect(entry.summary, path).toMatch(/^([a-z]|API ).*[^.]$/);
      for (const option of entry.options)
        if (!option.isHidden) expect(option.summary, `${path} ${option.flags}`).not.toBe("");
      const names = entry.commands.flatMap(({ name, aliases }) => [name, ...aliases]);
      expect(new Set(names).size, path).toBe(names.length);
      for (const inner of entry.commands) check(inner, `${path} ${inner.name}`);
    };
    check(table.root, "");
  });
});

describe("completion", () => {
  it("knows commands, their aliases to who types them, options that are not given yet, and their values", () => {
    expect(values("des")).toEqual(["describe"]);
    expect(values("log")).toEqual(["log"]);
    expect(values("logs")).toEqual(["logs"]);
    expect(values("context", "")).toEqual(["list", "use", "add", "remove", "show"]);
    expect(values("rerun", "--f")).toEqual(["--from-failed", "--follow"]);
    expect(values("rerun", "--follow", "--f")).toEqual(["--from-failed"]);
    // may be given again
    expect(values("get", "--tag", "x", "--ta")).toEqual(["--tag"]);
    expect(values("get", "-t", "")).toEqual(["depot", "policy", "workflow"]);
    expect(values("get", "--type", "p")).toEqual(["policy"]);
    expect(values("get", "wo")).toEqual(["workflow"]);
    expect(values("get", "-o", "")).toEqual(["table", "wide", "yaml", "json", "name"]);
    expect(values("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(complete(table, ["get", "--output=y"])).toMatchObject({
      prefix: "--output=",
      candidates: [{ value: "yaml" }],
    });
    expect(complete(table, ["apply", "-f", ""])).toMatchObject({ files: true, candidates: [] });
    expect(values("nonsense", "")).toEqual([]);
    expect(values("apply", "--", "--dry")).toEqual([]);
  });

  it("asks the server for names, with what was said so far", () => {
    const asked = (...words: string[]) => complete(table, words).ask;
    expect(asked("describe", "depot", "sh")).toMatchObject({ placeholder: "resource", typed: "sh" });
    expect(asked("describe", "depot", "sh")?.values.get("--type")).toEqual(["depot"]);
    expect(asked("get", "-t", "depot", "-n", "")?.values.get("--type")).toEqual(["depot"]);
    expect(asked("run", "")).toMatchObject({ placeholder: "workflow" });
    expect(asked("get", "-w", "")).toMatchObject({ placeholder: "workspace" });
    expect(asked("context", "use", "p")).toMatchObject({ placeholder: "context" });
  });

  it("reads the line of bash as bash does, and answers what stands behind the last break", () => {
    const ask = (line: string): string => {
      const question = readQuestion(["bash", "\"'><=;|&(:", line]);
      return question ? toAnswer(question, complete(table, question.words)) : "no question";
    };
    expect(ask("dataos-ctl get --output=")).toBe("table\nwide\nyaml\njson\nname\n");
    expect(ask("dataos-ctl get --output=w")).toBe("wide\n");
    expect(ask("dataos-ctl  get -n 'my depot' -o n")).toBe("name\n");
    expect(ask('dataos-ctl get -n "my \\"depot" -o n')).toBe("name\n");
    expect(ask("dataos-ctl get -n my\\ depot -o n")).toBe("name\n");
    expect(ask("dataos-ctl apply -f ")).toBe(":files\n");
    expect(readQuestion(["tcsh", "x"])).toBeUndefined();
  });
});

describe("the program as it is started", () => {
  const folder = join(temp.path, "bin");
  beforeAll(() => {
    mkdirSync(folder);
    symlinkSync(cli, join(folder, "dataos-ctl"));
  });

  it("says about itself what the program says, from what is generated", async () => {
    for (const words of [
      ["--help"],
      ["context", "--help"],
      ["help", "rollback"],
      ["completion", "zsh"],
      ["--version"],
    ]) {
      const { stdout } = await run(process.execPath, [cli, ...words]);
      expect(stdout, words.join(" ")).toBe(answer(table, words, 100));
    }
  });

  it("completes in a real bash", async () => {
    const script = (line: string): string => `
      source <(dataos-ctl completion bash)
      COMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=($COMP_LINE); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
      _dataos_ctl dataos-ctl "\${COMP_WORDS[COMP_CWORD]}"
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: temp.path };
    const bash = async (line: string) => (await run("bash", ["-c", script(line)], { env, cwd: temp.path })).stdout;
    expect(await bash("dataos-ctl desc")).toBe("describe\n");
    expect(await bash("dataos-ctl get --own")).toBe("--owner\n");
    writeFileSync(join(temp.path, "my depot.yaml"), "");
    expect(await bash("dataos-ctl apply -f my")).toBe("my depot.yaml\n");
    // nothing listens: nothing is completed, and nothing is said
    expect(await bash("dataos-ctl --url http://127.0.0.1:9 describe depot s")).toBe("\n");
  });

  it("ends quietly when the reader of its help goes away", async () => {
    const child = spawn(process.execPath, [cli, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    expect(stderr).toBe("");
  });
});
