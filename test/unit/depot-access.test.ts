// Seen with two depots on one PostgreSQL that takes a single connection: each scan cut the other one off.
import { describe, expect, it } from "vitest";
import { shareSources } from "../../src/control/index.ts";
import type { SourceHealth } from "../../src/scanner/ports.ts";
import { silentLogger } from "../../src/shared/logger.ts";

type Sources = Parameters<typeof shareSources>[0];
type Call = Parameters<Parameters<typeof shareSources>[1]>[0];

const { signal: never } = new AbortController();

/** A source that counts who is connected, with scans that end when they are told to. */
function makeSource() {
  const events: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const health: Sources["health"] = async ({ database }) => {
    events.push(`check ${database}`);
    return { version: "15" } as unknown as SourceHealth;
  };
  const { scan, sources } = shareSources({ engines: ["postgresql"], health }, ({ depot }) => {
    events.push(`begin ${depot}`);
    return new Promise((resolve, reject) => {
      ends.set(depot, (error) => {
        events.push(`end ${depot}`);
        if (error) reject(error);
        else resolve({} as never);
      });
    });
  });
  const connection = (database: string, port = 5432) =>
    ({ engine: "postgresql", host: "db.test", port, database }) as unknown as Call["connection"];
  const notes: string[] = [];
  const log = { ...silentLogger, info: (_: unknown, message?: string) => notes.push(message ?? "") };
  const start = (depot: string, database = "shop", port = 5432, signal = never) =>
    scan({
      depot,
      connection: connection(database, port),
      progress: { log, progress: () => {} },
      signal,
    } as unknown as Call);
  return { events, ends, notes, start, check: (database: string) => sources.health(connection(database), never) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("scans of one address", () => {
  it("go one after the other, in the order they came, also when one fails, and say that they wait", async () => {
    const { events, ends, notes, start } = makeSource();
    const first = start("a");
    const second = start("b", "other");
    const third = start("c");
    await turn();
    expect([events, notes.length]).toEqual([["begin a"], 2]);
    ends.get("a")?.(new Error("cut off"));
    await expect(first).rejects.toThrow("cut off");
    await turn();
    expect(events).toEqual(["begin a", "end a", "begin b"]);
    ends.get("b")?.();
    await second;
    await turn();
    ends.get("c")?.();
    await third;
    expect(events).toEqual(["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
  });

  it("are left by one that is cancelled while it waits, and the next one still waits for those before", async () => {
    const { events, ends, start } = makeSource();
    const first = start("a");
    const cancel = new AbortController();
    const second = start("b", "shop", 5432, cancel.signal);
    const third = start("c");
    await turn();
    cancel.abort(new Error("cancelled"));
    await expect(second).rejects.toThrow("cancelled");
    await turn();
    expect(events).toEqual(["begin a"]);
    ends.get("a")?.();
    await first;
    await turn();
    ends.get("c")?.();
    await third;
    expect(events).toEqual(["begin a", "end a", "begin c", "end c"]);
  });

  it("do not wait for those of another address, and answer health checks with what was known", async () => {
    const { events, ends, start, check } = makeSource();
    await check("shop");
    const scans = [start("a"), start("b", "shop", 5433)];
    await turn();
    await check("shop");
    expect(events).toEqual(["check shop", "begin a", "begin b"]);
    for (const end of ends.values()) end();
    await Promise.all(scans);
    await check("shop");
    expect(events.at(-1)).toBe("check shop");
  });
});
