import { beforeEach, expect, it } from "vitest";
import { verifyAuditExport } from "../../src/heimdall/audit/index.ts";
import type { AuditEntry, AuditLog, AuditRecord } from "../../src/heimdall/ports.ts";
import { AuditUnavailableError, BadInputError } from "../../src/shared/errors.ts";
import type { ManualClock } from "../support/clock.ts";

export interface AuditLogFixture {
  readonly clock: ManualClock;
  /** The log as one more process sees it, on the same store. */
  open(): Promise<AuditLog>;
}

export function auditEntry(action: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    type: "decision",
    actor: "alice",
    action,
    object: [`urn:dataos:dataset:sales:${action}`],
    outcome: "allow",
    ...more,
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const actions = (records: readonly AuditRecord[]) => records.map((record) => record.action);

/** What every audit log promises. */
export function auditLogContract(make: () => Promise<AuditLogFixture>): void {
  let fixture: AuditLogFixture;
  let log: AuditLog;
  beforeEach(async () => {
    fixture = await make();
    log = await fixture.open();
    return () => log.close();
  });

  it("gives each record its number, time and link, and keeps what the entry said", async () => {
    const entry = auditEntry("read", {
      decisionId: "d1",
      policyVersion: "v1",
      rules: ["a/0"],
      requestId: "r1",
      ip: "::1",
      details: { reason: "é\u0001", nested: { list: [1, null, true] } },
    });
    const first = await log.append(entry);
    const second = await log.append(auditEntry("write"));
    expect(first).toMatchObject({ ...entry, seq: 2, at: "2026-01-31T08:00:00.000Z" });
    expect(second).toMatchObject({ seq: 3, chain: first.chain, prevHash: first.hash });
    const [start, ...rest] = await all(log.read());
    expect(start).toMatchObject({
      seq: 1,
      type: "chain.started",
      details: { chain: first.chain },
      prevHash: "0".repeat(64),
    });
    expect(rest).toEqual([first, second]);
  });

  it("numbers concurrent records without gaps, in the order of the calls", async () => {
    const records = await Promise.all(Array.from({ length: 2_500 }, (_, index) => log.append(auditEntry(`a${index}`))));
    expect(records.map((record) => record.seq)).toEqual(records.map((_, index) => index + 2));
    expect(actions(records)).toEqual(records.map((_, index) => `a${index}`));
    expect(await log.verify()).toMatchObject({ state: "sound", records: 2_501, chains: 1, problem: undefined });
  });

  it("lists newest first, page by page, by every filter", async () => {
    for (const [index, action] of ["a", "b", "c", "d", "e"].entries()) {
      fixture.clock.advance(1_000);
      const more = index % 2 === 0 ? { actor: "bob", outcome: "deny" as const, type: "login" } : {};
      await log.append(auditEntry(action, { ...more, object: ["urn:x", `urn:dataos:depot:${action}`] }));
    }
    const list = async (filter: Parameters<AuditLog["list"]>[0]) =>
      actions((await log.list(filter, { first: 10, after: undefined })).records);
    expect(await list({})).toEqual(["e", "d", "c", "b", "a", "start"]);
    expect(await list({ actor: "bob" })).toEqual(["e", "c", "a"]);
    expect(await list({ type: "login", outcome: "deny" })).toEqual(["e", "c", "a"]);
    expect(await list({ object: "urn:dataos:depot:b" })).toEqual(["b"]);
    expect(await list({ object: "urn:dataos:depot" })).toEqual([]);
    expect(await list({ object: "URN:DATAOS:DEPOT:B" })).toEqual([]);
    expect(await list({ from: "2026-01-31T08:00:02Z", to: "2026-01-31T09:00:04+01:00" })).toEqual(["c", "b"]);

    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const page = await log.list({}, { first: 4, after });
      pages.push(actions(page.records));
      after = page.next;
    } while (after !== undefined);
    expect(pages).toEqual([
      ["e", "d", "c", "b"],
      ["a", "start"],
    ]);
    const { cursors } = await log.list({}, { first: 4, after: undefined });
    expect(actions((await log.list({}, { first: 4, after: cursors[1] })).records)).toEqual(["c", "b", "a", "start"]);
  });

  it("refuses pages, cursors and times that it cannot read", async () => {
    expect(() => log.list({}, { first: 0, after: undefined })).toThrow(BadInputError);
    await expect(log.list({}, { first: 1, after: "x" })).rejects.toThrow(BadInputError);
    await expect(log.list({ from: "yesterday" }, { first: 1, after: undefined })).rejects.toThrow(BadInputError);
  });

  it("signs within 60 seconds, and what is left when it is exported", async () => {
    const checkpoints = async () => (await all(log.export())).filter((line) => line.startsWith('{"checkpoint"')).length;
    await log.append(auditEntry("a"));
    fixture.clock.advance(60_000);
    await log.append(auditEntry("b"));
    // "b" too, unless the checkpoint that the clock began came late enough to hold it
    const before = await checkpoints();
    expect([1, 2]).toContain(before);
    await log.append(auditEntry("c"));
    expect(await checkpoints()).toBe(before + 1);
    expect(await checkpoints()).toBe(before + 1);
  });

  it("joins the chains of several processes and proves them from an export", async () => {
    await log.append(auditEntry("a"));
    await log.close();
    const second = await fixture.open();
    await Promise.all([second.append(auditEntry("b")), second.append(auditEntry("c"))]);
    expect(await second.verify()).toMatchObject({ state: "sound", records: 5, chains: 2, problem: undefined });
    const lines = await all(second.export());
    const { key } = JSON.parse(lines[0] ?? "") as { key: string };
    expect(await verifyAuditExport(lines, key)).toEqual(await second.verify());
    await second.close();
  });

  it("keeps the length of a record within bounds, whatever the caller sends", async () => {
    const record = await log.append(
      auditEntry("big", {
        actor: "x".repeat(10_000),
        object: Array.from({ length: 500 }, (_, index) => `o${index}\n\0\ud800`),
        details: { text: "y".repeat(1_000), many: Array.from({ length: 100 }, () => "z".repeat(1_000)) },
      }),
    );
    expect(JSON.stringify(record).length).toBeLessThan(10_000);
    expect(record.details).toEqual({ leftOut: "details of 101341 characters" });
    expect((await log.verify()).state).toBe("sound");
  });

  it("is sound when it is empty", async () => {
    expect(await log.verify()).toMatchObject({ state: "sound", records: 0, chains: 0, checkpoints: 0 });
  });

  it("refuses records after it was closed", async () => {
    await log.append(auditEntry("a"));
    await log.close();
    await expect(log.append(auditEntry("b"))).rejects.toThrow(AuditUnavailableError);
  });
}
