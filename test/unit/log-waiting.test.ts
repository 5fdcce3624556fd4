// `log -f` on a workflow whose depot was refused had followed for ever, without a word.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandError, createClient } from "../../src/cli/client.ts";
import type { CommandContext } from "../../src/cli/command-context.ts";
import { log } from "../../src/cli/commands/log.ts";
import { createStyle } from "../../src/cli/output/style.ts";
import { Secret } from "../../src/shared/secret.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const depot = (name: string, secret: string) => `name: ${name}
version: v2alpha
type: depot
depot:
  type: POSTGRESQL
  external: true
  secrets: [{name: ${secret}, allkeys: true}]
  postgresql: {host: db.test, port: 5432, database: shop}
`;
const secret = (name: string, data: string) => `name: ${name}
version: v1
type: instance-secret
instance-secret: {type: key-value-properties, acl: r, data: ${data}}
`;
const workflow = (name: string, of: string) => `name: ${name}
version: v1
type: workflow
workflow:
  dag:
    - name: scan
      spec:
        stack: scanner:2.0
        compute: runnable-default
        stackSpec: {depot: dataos://${of}, sourceConfig: {config: {type: DatabaseMetadata}}}
`;

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices();
  server = await startServer(api);
  const text = [
    secret("half-r", "{username: reader}"),
    secret("away-r", "{username: reader, password: secret}"),
    depot("half", "half-r"),
    depot("away", "away-r"),
    workflow("scan-half", "half"),
    workflow("scan-away", "away"),
  ].join("---\n");
  const { data } = await server.graphql(
    'mutation($text:String!){applyResources(input:{documents:[{file:"a.yaml",text:$text}]}){userErrors{message}}}',
    api.keys.root,
    { text },
  );
  expect(data.applyResources.userErrors).toEqual([]);
});
afterAll(async () => {
  await server.close();
  await api.close();
});

/** Follows until it ends, or until a note was told. */
async function follow(name: string): Promise<{ readonly notes: readonly string[]; readonly error: unknown }> {
  const apiKey = { key: new Secret(api.keys.root), from: "test" };
  const notes: string[] = [];
  const client = createClient({ url: server.url, apiKey } as unknown as Parameters<typeof createClient>[0]);
  const stopped = new Error("stopped");
  let isTold = false;
  const context = {
    client: {
      ...client,
      query: (...args: Parameters<typeof client.query>) => (isTold ? Promise.reject(stopped) : client.query(...args)),
    },
    print: () => {},
    note: (text: string) => {
      notes.push(text);
      isTold = true;
    },
    style: createStyle({ isTTY: false }),
  } as unknown as CommandContext;
  const error = await log(context, { words: [], type: "workflow", name, follow: true }).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return { notes, error: error === stopped ? undefined : error };
}

describe("following a workflow that waits", () => {
  it("ends when somebody has to mend what it waits for, and says what", async () => {
    const { error } = await follow("scan-half");
    expect(error).toBeInstanceOf(CommandError);
    expect((error as CommandError).exitCode).toBe(1);
    expect((error as CommandError).message).toMatchInlineSnapshot(
      '"workflow `scan-half` waits for depot `half`, which is Provisioning: `username` and `password` are needed and not stored; put them into instance-secret `half-r`; mend that, and follow again"',
    );
  });

  it("says what it waits for, and goes on, where that may pass by itself", async () => {
    const { notes, error } = await follow("scan-away");
    expect(error).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(/^workflow `scan-away` waits for depot `away`, which is /)]);
  });
});
