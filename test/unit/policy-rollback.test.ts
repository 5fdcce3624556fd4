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
    await tellSwap();
  }
  /** As `main.ts` does when policies are swapped. */
  async function tellSwap(): Promise<void> {
    await services.audit.append({
      type: "policy.swapped",
      actor: "server",
      action: "policy.swap",
      object: [],
      outcome: "success",
      policyVersion: version(),
    });
    await new Promise<void>((resolve) => services.clock.schedule(5, resolve));
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
    await tellSwap();
    expect(await run(new Date().toISOString(), "root")).toEqual([expect.stringContaining("nothing to do")]);
  });

  it("tells each version with what made it, page by page, and goes back to one by the beginning of its name", async () => {
    await apply(policy("first", "[read]"));
    const then = version();
    await apply(policy("first", "[write]"));
    // another process tells of the same version
    await tellSwap();
    const query = `query($after: String) { policyVersions(first: 1, after: $after) {
      edges { cursor node { version changes { type name generation outcome actor } } } pageInfo { hasNextPage endCursor } } }`;
    const newest = (await server.graphql(query, services.keys.root)).data.policyVersions;
    const change = { type: "policy", name: "first", outcome: "written", actor: "root" };
    expect(newest.edges[0].node).toEqual({ version: version(), changes: [{ ...change, generation: 2 }] });
    expect(newest.pageInfo.hasNextPage).toBe(true);
    const after = newest.pageInfo.endCursor;
    const second = (await server.graphql(query, services.keys.root, { after })).data.policyVersions;
    expect(second.edges[0].node).toEqual({ version: then, changes: [{ ...change, generation: 1 }] });
    // who may read policies but not resources is told of versions only
    expect((await server.graphql(query, services.keys.ann)).data.policyVersions.edges).toMatchObject([
      { node: { version: version(), changes: [] } },
    ]);

    const back = `mutation($input: RollbackPoliciesInput!) { rollbackPolicies(input: $input) {
      at policyVersion resources { type name outcome generation diff } impact { afterVersion changed } userErrors { message code } } }`;
    const dryRun = { input: { to: then.slice(0, 12), dryRun: true } };
    const trial = (await server.graphql(back, services.keys.root, dryRun)).data.rollbackPolicies;
    expect(trial).toMatchObject({ impact: { afterVersion: then }, userErrors: [] });
    expect(trial.resources).toMatchObject([{ name: "first", outcome: "updated", generation: 3 }]);
    expect(version()).toBe(newest.edges[0].node.version);
    const refused = (await server.graphql(back, services.keys.ann, dryRun)).data.rollbackPolicies;
    expect(refused).toEqual({
      at: null,
      policyVersion: null,
      resources: [],
      impact: null,
      userErrors: [
        {
          message: "the rollback changes policies or grants that you may not see; ask somebody who may see all of them",
          code: "FORBIDDEN",
        },
      ],
    });
    expect((await run(then.slice(0, 12), "root")).at(-1)).toMatch(
      new RegExp(`, 0 deleted; version ${then.slice(0, 12)} decides$`),
    );
    expect(version()).toBe(then);
  });

  it("refuses what is neither a version nor a time", async () => {
    await expect(run("yesterday", "root")).rejects.toThrow("`yesterday` is no version of the last 1000 and no time");
  });
});
