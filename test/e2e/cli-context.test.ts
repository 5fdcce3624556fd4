import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { runCtl, startServer, type TestServer } from "./support/server.ts";

const folder = createTempDir();
const file = join(folder.path, "home", "contexts.json");
let server: TestServer;
let other: TestServer;

beforeAll(async () => {
  [server, other] = (await Promise.all(
    ["one", "other"].map((name) => startServer({ dataDir: join(folder.path, name) })),
  )) as [TestServer, TestServer];
});
afterAll(async () => {
  await Promise.all([server?.kill("SIGTERM"), other?.kill("SIGTERM")]);
  folder.remove();
});

/** What a person sees, with only the file of contexts set. */
async function shown(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): Promise<string> {
  const { exit, stdout, stderr } = await runCtl(args, { DATAOS_CONTEXTS: file, ...env }, input);
  return `${stdout}${stderr}${exit === 0 ? "" : `[exit ${exit}]\n`}`
    .replaceAll(server.url, "http://ONE")
    .replaceAll(other.url, "http://OTHER")
    .replaceAll(folder.path, "FOLDER")
    .replace(/ {2,}/g, "  ");
}

describe("context", () => {
  it("keeps servers with keys that they take, in a file for its owner alone", async () => {
    expect(await shown(["context", "list"])).toMatchInlineSnapshot(`
      "  NAME  URL  KEY
      none; \`dataos-ctl context add NAME --url URL\` keeps one
      "
    `);
    expect(
      await shown(["context", "add", "one", "--url", server.url, "--apikey-stdin"], {}, `${server.apiKey}\n`),
    ).toMatchInlineSnapshot(`
      "added  context/one  http://ONE, as operator
      "
    `);
    expect(
      await shown(["context", "add", "two", "--url", `${other.url}/`, "--no-use"], { DATAOS_APIKEY: other.apiKey }),
    ).toMatchInlineSnapshot(`
      "added  context/two  http://OTHER, as operator
      "
    `);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, "home")).mode & 0o777).toBe(0o700);
    expect(await shown(["context", "list"])).toMatchInlineSnapshot(`
      "  NAME  URL  KEY
      *  one  http://ONE  kept
        two  http://OTHER  kept
      "
    `);
    for (const format of ["json", "yaml", "table"])
      for (const command of ["list", "show"])
        expect(await shown(["context", command, "-o", format])).not.toContain(server.apiKey);
  });

  it("does not keep what is wrong", async () => {
    const before = readFileSync(file, "utf8");
    expect(
      await shown(["context", "add", "bad", "--url", server.url], { DATAOS_APIKEY: other.apiKey }),
    ).toMatchInlineSnapshot(`
      "error: http://ONE does not take the API key from DATAOS_APIKEY
        it may be mistyped, expired, revoked, or of another server
      [exit 3]
      "
    `);
    expect(await shown(["context", "add", "bad", "--url", "localhost"], { DATAOS_APIKEY: "x" })).toMatchInlineSnapshot(`
      "error: \`localhost\` (--url) is not a server address; expected e.g. \`http://127.0.0.1:7400\`
      [exit 2]
      "
    `);
    expect(await shown(["context", "add", "a b", "--url", server.url], { DATAOS_APIKEY: "x" })).toMatchInlineSnapshot(`
      "error: \`a b\` is not a name for a context; expected letters, digits and \`. _ -\`, at most 64 characters
      [exit 2]
      "
    `);
    expect(await shown(["context", "add", "bad"])).toMatchInlineSnapshot(`
      "error: say where the server is: --url URL
      [exit 2]
      "
    `);
    expect(await shown(["context", "add", "bad", "--url", server.url])).toMatchInlineSnapshot(`
      "error: no API key was given; set DATAOS_APIKEY, or pass it with --apikey-stdin
      [exit 2]
      "
    `);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("says where commands go: to the one in use, the one that is named, or where the environment says", async () => {
    expect(await shown(["context", "show"])).toMatchInlineSnapshot(`
      "URL  SET BY  KEY
      http://ONE  context one  from context one
      "
    `);
    expect(await shown(["auth", "whoami", "-o", "json"])).toContain('"id": "operator"');
    expect(await shown(["context", "show", "--context", "two"])).toMatchInlineSnapshot(`
      "URL  SET BY  KEY
      http://OTHER  context two  from context two
      "
    `);
    expect(await shown(["context", "show"], { DATAOS_CONTEXT: "two" })).toContain("http://OTHER  context two");
    // a context that is named goes before the environment
    expect(await shown(["context", "show", "--context", "two"], { DATAOS_URL: "http://127.0.0.1:9" })).toContain(
      "http://OTHER",
    );
    expect(await shown(["context", "use", "two"])).toMatchInlineSnapshot(`
      "in use  context/two
      "
    `);
    expect(await shown(["auth", "whoami", "-o", "json"])).toContain('"id": "operator"');
    expect(await shown(["context", "use", "tow"])).toMatchInlineSnapshot(`
      "error: there is no context \`tow\`; did you mean \`two\`? (known: one, two)
      [exit 5]
      "
    `);
    expect(await shown(["auth", "whoami", "--context", "nope"])).toMatchInlineSnapshot(`
      "error: there is no context \`nope\` (known: one, two)
      [exit 5]
      "
    `);
  });

  it("never shows the key of one server to another", async () => {
    expect(await shown(["auth", "whoami"], { DATAOS_URL: server.url })).toMatchInlineSnapshot(`
      "error: http://ONE wants an API key and none is set; set DATAOS_APIKEY
        the server printed the first key at its first start; \`dataos-ctl user apikey create\` makes more
      [exit 3]
      "
    `);
    expect(await shown(["auth", "whoami", "--url", server.url])).toContain("wants an API key and none is set");
    // the same address said otherwise is the same server
    expect(await shown(["auth", "whoami", "-o", "json", "--url", `${other.url}/`])).toContain('"id": "operator"');
  });

  it("refuses a file that others can read, or that is not its own", async () => {
    chmodSync(file, 0o644);
    expect(await shown(["auth", "whoami"])).toMatchInlineSnapshot(`
      "error: others may read FOLDER/home/contexts.json, which holds API keys; \`chmod 600 FOLDER/home/contexts.json\`, and think of replacing the keys
      [exit 2]
      "
    `);
    chmodSync(file, 0o600);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, "{");
    expect(await shown(["auth", "whoami"])).toMatchInlineSnapshot(`
      "error: FOLDER/home/contexts.json is not what \`context add\` writes; mend it, or delete it and add the servers again
      [exit 2]
      "
    `);
    writeFileSync(file, text);
  });

  it("completes names of contexts, and of resources from the server", async () => {
    const complete = async (...words: string[]) => shown(["__complete", "zsh", ...words]);
    expect(await complete("context", "use", "o")).toBe("one\thttp://ONE\n");
    await runCtl(["apply", "-f", "-"], { DATAOS_CONTEXTS: file }, "name: reader\nversion: v1\ntype: role\nrole: {}\n");
    expect(await complete("describe", "role", "rea")).toBe("reader\tactive\n");
    expect(await complete("get", "-t", "role", "-n", "rea")).toBe("reader\tactive\n");
    expect(await complete("get", "-w", "")).toBe("public\tfor everyone\n");
    expect(await complete("--context", "one", "describe", "role", "rea")).toBe("");
  });

  it("forgets a server and its key", async () => {
    expect(await shown(["context", "remove", "two"])).toMatchInlineSnapshot(`
      "removed  context/two
      none is in use now; \`dataos-ctl context use NAME\` takes another
      "
    `);
    expect(readFileSync(file, "utf8")).not.toContain(other.apiKey);
    expect(await shown(["context", "delete", "-n", "one"])).toMatchInlineSnapshot(`
      "removed  context/one
      "
    `);
    expect(existsSync(file)).toBe(true);
  });
});
