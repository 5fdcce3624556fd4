import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { startServer, type TestServer } from "./support/server.ts";

describe("access that somebody asks for", () => {
  const folder = createTempDir();
  let server: TestServer;
  let alice: string;
  beforeAll(async () => {
    server = await startServer({ dataDir: folder.path });
  });
  afterAll(async () => {
    await server?.kill("SIGTERM");
    folder.remove();
  });
  const as = (key: string, args: string[]) => server.ctl(["--apikey", key, ...args]);
  const done = async (work: ReturnType<TestServer["ctl"]>): Promise<string> => {
    const { exit, stdout, stderr } = await work;
    if (exit !== 0) throw new Error(stderr);
    return stdout;
  };

  it("is asked for, seen, approved by somebody else, and decides", async () => {
    const user =
      "name: alice\nversion: v1\ntype: user\nuser: {type: person, email: alice@example.com, tags: ['roles:id:user']}\n";
    await done(server.ctl(["apply", "-f", "-"], { input: user }));
    const made = await done(server.ctl(["user", "apikey", "create", "-n", "laptop", "-i", "alice"]));
    alice = /hmd_\S+/.exec(made)?.[0] ?? "";
    const dataset = "dataos://sales:shop/orders";
    expect((await as(alice, ["can-i", "select", dataset])).exit).toBe(4);

    const values = ["depot=sales", "collection=shop", "dataset=orders"].flatMap((pair) => [
      "--value",
      `read-dataset.${pair}`,
    ]);
    const asked = await done(
      as(alice, [
        "grant",
        "request",
        "read-dataset",
        "-n",
        "orders-for-alice",
        "--notes",
        "quarter close",
        "--duration",
        "8h",
        ...values,
      ]),
    );
    expect(asked).toContain("requested   grant/orders-for-alice");
    expect(await done(as(alice, ["grant", "list", "--state", "requested"]))).toMatch(
      /orders-for-alice +requested +read-dataset +users:id:alice +alice +8h/,
    );
    expect((await as(alice, ["can-i", "select", dataset])).exit).toBe(4);
    expect(await as(alice, ["grant", "approve", "orders-for-alice"])).toMatchObject({ exit: 4 });

    expect(await done(server.ctl(["grant", "approve", "orders-for-alice", "--notes", "fine"]))).toMatch(
      /^approved {3}grant\/orders-for-alice, until 20/,
    );
    expect(await done(as(alice, ["can-i", "select", dataset]))).toContain("grant/orders-for-alice/0");
    expect((await server.ctl(["grant", "reject", "orders-for-alice"])).exit).toBe(6);
    expect(await done(server.ctl(["audit", "list", "--first", "100"]))).toContain("grant.approve");
  });

  it("is not given by whoever asks, operator or not", async () => {
    const value = ["--value", "read-depot.depot=sales"];
    await done(server.ctl(["grant", "request", "read-depot", "-n", "mine", ...value]));
    const { exit, stderr } = await server.ctl(["grant", "approve", "mine"]);
    expect([exit, stderr]).toEqual([4, expect.stringContaining("nobody approves their own request")]);
  });
});
