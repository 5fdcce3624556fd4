import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { formatLine, readLeftLines, segmentName } from "../../src/heimdall/adapters/journal/segment.ts";
import { startOf } from "../../src/heimdall/adapters/state/audit-writer.ts";
import { auditMigrations, createStateAuditLog } from "../../src/heimdall/adapters/state/index.ts";
import { emptyChain, sealRecord } from "../../src/heimdall/audit/index.ts";
import type { AuditLog } from "../../src/heimdall/ports.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { AuditUnavailableError } from "../../src/shared/errors.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import type { StateDb } from "../../src/state/index.ts";
import { plainSealer } from "../support/audit.ts";
import { describeOnStateEngines } from "../support/state.ts";
import { auditEntry } from "./audit-log.contract.ts";

const writer = fileURLToPath(new URL("../fixtures/append-audit.ts", import.meta.url));
const ids = createIdSource(systemClock);

async function openLog(state: StateDb, journal?: string): Promise<AuditLog> {
  await state.migrate(auditMigrations);
  return createStateAuditLog(state, {
    logger: silentLogger,
    clock: systemClock,
    ids,
    sealer: plainSealer,
    ...(journal !== undefined && { journal }),
  });
}

/** Runs the writer until it has acknowledged `count` records, kills it, and gives what it had acknowledged. */
async function killAfter(url: string, count: number, journal = ""): Promise<string[]> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", writer], {
    env: { ...process.env, STATE_URL: url, JOURNAL: journal },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    output += text;
    if (output.split("\n").length > count) child.kill("SIGKILL");
  });
  await once(child, "close");
  return output.slice(0, output.lastIndexOf("\n")).split("\n");
}

describeOnStateEngines("audit log that is interrupted", (openState, engine) => {
  it("has every acknowledged record and is sound after kill -9, three times over", async () => {
    const store = await engine.create();
    const acknowledged: string[] = [];
    for (const count of [1, 150, 1_500]) acknowledged.push(...(await killAfter(store.url.reveal(), count)));
    const state = await store.open();
    const log = await openLog(state);
    expect(await log.verify()).toMatchObject({ state: "sound", chains: 3, problem: undefined });
    const stored = new Set<string>();
    for await (const record of log.read()) stored.add(record.action);
    expect(acknowledged.length).toBeGreaterThanOrEqual(1_651);
    expect(acknowledged.filter((action) => !stored.has(action))).toEqual([]);
    await log.close();
    await state.close();
  });

  if (engine.name === "SQLite") {
    it("takes every acknowledged record over from the journal after kill -9, three times over", async () => {
      const store = await engine.create();
      const journal = join(store.dir ?? "", "journal");
      const acknowledged: string[] = [];
      for (const count of [1, 150, 15_000]) {
        acknowledged.push(...(await killAfter(store.url.reveal(), count, journal)));
      }
      const state = await store.open();
      const log = await openLog(state, journal);
      expect(await log.verify()).toMatchObject({ state: "sound", chains: 3, problem: undefined });
      const stored = new Set<string>();
      for await (const record of log.read()) stored.add(record.action);
      expect(acknowledged.length).toBeGreaterThanOrEqual(15_151);
      expect(acknowledged.filter((action) => !stored.has(action))).toEqual([]);
      await log.append(auditEntry("after"));
      await log.close();
      expect(readdirSync(journal)).toEqual([]);
      await state.close();
    });

    it("keeps what follows a damaged record of the journal aside, and says so", async () => {
      const store = await engine.create();
      const journal = join(store.dir ?? "", "journal");
      const state = await store.open();
      await openLog(state, journal).then((log) => log.close());
      const chain = ids.uuid();
      const name = segmentName(chain, 1);
      const entries = [startOf(chain), auditEntry("a"), auditEntry("b"), auditEntry("c")];
      let head = emptyChain;
      const lines = entries.map((entry) => {
        const { record, content } = sealRecord(entry, chain, head, "2026-01-31T08:00:00.000Z");
        head = record;
        return formatLine(record.hash, content);
      });
      writeFileSync(join(journal, name), `${lines.join("").replace('"action":"b"', '"action":"x"')}\0\0`);
      const errors: object[] = [];
      const logger = { ...silentLogger, error: (fields: object) => errors.push(fields) };
      const log = await createStateAuditLog(state, { logger, clock: systemClock, ids, sealer: plainSealer, journal });
      expect(errors).toEqual([{ files: [`${name}.damaged`] }]);
      const actions: string[] = [];
      for await (const record of log.read()) actions.push(record.action);
      expect(actions).toEqual(["start", "a"]);
      await log.close();
      await state.close();
    });

    it("takes a half-written record at the journal's end for what was never acknowledged", () => {
      const chain = ids.uuid();
      const { record, content } = sealRecord(startOf(chain), chain, emptyChain, "2026-01-31T08:00:00.000Z");
      const line = formatLine(record.hash, content);
      for (const end of ["", "\0\0", line.slice(0, 100), `${line.slice(0, 100)}\0`]) {
        expect(readLeftLines(line + end, emptyChain)).toEqual({
          lines: [{ hash: record.hash, content, record: JSON.parse(content) }],
          damaged: false,
        });
      }
    });

    it("refuses what has no room, and goes on soundly once there is room", async () => {
      const state = await openState();
      const log = await openLog(state);
      await log.append(auditEntry("before"));
      const pages = await sql<{ page_count: number }>`pragma page_count`.execute(state.kysely());
      const limit = async (more: number) =>
        sql.raw(`pragma max_page_count = ${(pages.rows[0]?.page_count ?? 0) + more}`).execute(state.kysely());
      await limit(3);
      const results = await Promise.allSettled(
        Array.from({ length: 500 }, (_, index) =>
          log.append(auditEntry(`full-${index}`, { details: { text: "x".repeat(1_000) } })),
        ),
      );
      const refusals = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
      expect(refusals.length).toBeGreaterThan(0);
      expect(refusals[0]).toBeInstanceOf(AuditUnavailableError);
      expect(refusals[0]).toMatchObject({
        message:
          "the audit record could not be stored, so the call was refused; the disk of the state store is full; free some space and try again",
      });
      await limit(100_000);
      await log.append(auditEntry("after"));
      expect(await log.verify()).toMatchObject({ state: "sound", records: 3 + results.length - refusals.length });
      await log.close();
    });
  }
});
