import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { CommandError } from "../../src/cli/client.ts";
import type { CommandContext } from "../../src/cli/command-context.ts";
import { lintFiles, testFiles } from "../../src/cli/commands/policy-check.ts";
import { createStyle } from "../../src/cli/output/style.ts";
import { createTempDir } from "../support/temp-dir.ts";

const dir = createTempDir();
afterAll(() => dir.remove());
const stock = fileURLToPath(new URL("../../policies", import.meta.url));

function write(name: string, text: string): string {
  writeFileSync(`${dir.path}/${name}`, text);
  return `${dir.path}/${name}`;
}

/** What a command printed, and its exit code. */
async function run(command: (context: CommandContext) => Promise<void>): Promise<{ text: string; exit: number }> {
  const lines: string[] = [];
  const unused = new Proxy({}, { get: () => () => expect.unreachable("no server is asked") });
  const context = {
    client: unused as CommandContext["client"],
    print: (text: string) => lines.push(text),
    printAll: async () => {},
    note: () => {},
    warn: () => {},
    progress: () => {},
    style: createStyle({ isTTY: false }, {}),
    columns: undefined,
    isInteractive: false,
  };
  const exit = await command(context).then(
    () => 0,
    (error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      lines.push(error.message, ...error.lines);
      return error.exitCode;
    },
  );
  return { text: lines.join("\n").replaceAll(`${dir.path}/`, ""), exit };
}

const policy = `name: sales
type: policy
policy:
  type: data
  rules:
    - resource: urn:dataos:depot:sales
      actions: [read]
      subjects: [users:dataos:analyst]
    - resource: urn:dataos:depot:sales
      actions: [read]
      subjects: [role:id:clerk]
`;
const cases = `cases:
  - name: analysts read
    subject: {id: ann, tags: ["roles:id:analyst"]}
    predicate: read
    object: {paths: ["dataos://sales:shop/orders"]}
    expect: allow
`;

describe("policy lint and policy test", () => {
  it("find nothing wrong with the stock policies, without a server", async () => {
    const options = { manifestFile: [stock], output: "table" };
    expect((await run((context) => lintFiles(context, options))).exit).toBe(0);
    expect((await run((context) => testFiles(context, options))).exit).toBe(0);
  });

  it("tell findings by place, and fail on an error", async () => {
    const file = write("sales.yaml", policy);
    expect(await run((context) => lintFiles(context, { manifestFile: [file], output: "table" }))).toEqual({
      exit: 1,
      text: `error sales.yaml:9:7: subject tag \`role:id:clerk\` is in no tag namespace (known are \`users:**\`, \`roles:**\`, \`dataos:**\`), so nobody can have it; did you mean \`roles:id:clerk\`? [unknown-tag]
1 document, 1 error, 0 warnings
`,
    });
  });

  it("pass over manifests of other types and count them, but not one whose type is misspelt", async () => {
    const depot = "name: sales\ntype: depot\ndepot: {type: POSTGRESQL}\n";
    const mixed = write("mixed.yaml", `${depot}---\n${policy.replace("role:id:clerk", "roles:id:user")}---\n${depot}`);
    expect(await run((context) => lintFiles(context, { manifestFile: [mixed], output: "table" }))).toEqual({
      exit: 0,
      text: "1 document, 0 errors, 0 warnings; 2 manifests of other types skipped",
    });
    const misspelt = write("misspelt.yaml", policy.replace("type: policy", "type: polcy"));
    expect(await run((context) => lintFiles(context, { manifestFile: [misspelt], output: "table" }))).toEqual({
      exit: 1,
      text: `error misspelt.yaml:1:1: expected \`type: policy\`, \`type: grant\`, or a document with \`authorization_atoms\`; did you mean \`policy\`? [does-not-compile]
0 documents, 1 error, 0 warnings
`,
    });
  });

  it("find nothing to check with an error in the manifests of the quick start", async () => {
    const quickstart = fileURLToPath(new URL("../../examples/quickstart", import.meta.url));
    const { exit, text } = await run((context) => lintFiles(context, { manifestFile: [quickstart], output: "table" }));
    expect([exit, text]).toEqual([0, expect.stringMatching(/, 0 errors, .* manifests of other types skipped$/)]);
  });

  it("run the cases beside a policy, and name rules that none of them met", async () => {
    const file = write("sales.yaml", policy);
    write("sales.cases.yaml", cases);
    const options = { manifestFile: [file], output: "table" };
    expect(await run((context) => testFiles(context, options))).toEqual({
      exit: 0,
      text: `ok   analysts read
never met sales/1 at sales.yaml:9:7
1 case, 0 failed; 1 of 2 rules met`,
    });
    write("sales.cases.yaml", cases.replace("expect: allow", "expect: deny"));
    const failed = await run((context) => testFiles(context, options));
    expect(failed.exit).toBe(1);
    expect(failed.text).toContain("FAIL analysts read (sales.cases.yaml:2:5): expected deny, got allow by `sales/0`");
    write("sales.cases.yaml", cases.replace("predicate", "predicat"));
    const refused = await run((context) => testFiles(context, options));
    expect(refused.exit).toBe(2);
    expect(refused.text).toContain("sales.cases.yaml:4:15: unknown key `predicat`; did you mean `predicate`?");
  });
});
