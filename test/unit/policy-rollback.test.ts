import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../../src/cli/client.ts";
import type { CommandContext } from "../../src/cli/command-context.ts";
import { rollbackPolicies } from "../../src/cli/commands/policy-history.ts";
import { createStyle } from "../../src/cli/output/style.ts";
import { Secret } from "../../src/shared/secret.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const policy = (name: string, predicates: string): string => `
name: ${name}
version: v1
type: policy
policy:
  access: {subjects: {tags: ["roles:id:user"]}, predicates: ${predicates}, objects: {paths: ["dataos://lab:**"]}, allow: true}
`;

describe("policy rollback", () => {
  let services: ApiServices;
  let server: TestServer;
  beforeAll(async () => {
    services = await createApiServices();
    server = await startServer(services);
  });
  afterAll(async () => {
    await server.close();
    await services.close();
  });

  async function apply(text: string): Promise<void> {
    const mutation = `mutation($input: ApplyResourcesInput!) { applyResources(input: $input) { userErrors { message } } }`;
    const input = { documents: [{ file: "p.yaml", text }] };
    const { data } = await server.graphql(mutation, services.keys.root, { input });
    expect(data.applyResources.userErrors).toEqual([]);
  }
  const run = async (target: string, user: "root" | "dev", dryRun = false): Promise<string[]> => {
    const lines: string[] = [];
    const print = (text: string) => lines.push(text);
    const client = createClient({
      url: server.url,
      apiKey: { key: new Secret(services.keys[user]), source: "the test" },
    });
    const context: CommandContext = {
      client,
      print,
      printAll: async () => {},
      note: print,
      warn: print,
      progress: () => {},
      style: createStyle({}, {}),
      columns: undefined,
      isInteractive: false,
    };
    await rollbackPolicies(context, target, { dryRun });
    return lines;
  };
  const version = (): string => services.policies.list().policyVersion;

  it("makes the very version live that was live then: changed policies as they were, newer ones gone", async () => {
    await apply(policy("lab", "[read]"));
    const [then, time] = [version(), new Date().toISOString()];
    await new Promise<void>((resolve) => services.clock.schedule(5, resolve));
    await apply(policy("lab", "[read, write]"));
    await apply(policy("newer", "[update]"));
    const changed = version();
    expect(changed).not.toBe(then);

    expect((await run(time, "root", true)).at(-1)).toBe(
      `dry run, nothing was changed: 1 document as of ${time}, 1 deleted`,
    );
    expect(version()).toBe(changed);
    await expect(run(time, "dev")).rejects.toThrow();
    expect(version()).toBe(changed);

    await run(time, "root");
    expect(version()).toBe(then);
    expect(await run(new Date().toISOString(), "root")).toEqual([expect.stringContaining("nothing to do")]);
  });

  it("refuses what is neither a version nor a time", async () => {
    await expect(run("yesterday", "root")).rejects.toThrow("`yesterday` is no version of the last 100 and no time");
  });
});
