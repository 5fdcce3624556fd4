import { sql } from "kysely";
import { expect, it } from "vitest";
import { createCheckpointFile } from "../../src/heimdall/adapters/file/index.ts";
import { auditMigrations, createStateAuditLog } from "../../src/heimdall/adapters/state/index.ts";
import type { AuditLog } from "../../src/heimdall/ports.ts";
import { AuditUnavailableError } from "../../src/shared/errors.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import type { StateDb } from "../../src/state/index.ts";
import { plainSealer } from "../support/audit.ts";
import { createManualClock } from "../support/clock.ts";
import { describeOnStateEngines } from "../support/state.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { auditEntry } from "./audit-log.contract.ts";

const ids = createIdSource(createManualClock());

describeOnStateEngines("audit log that is tampered with in the store", (openState) => {
  const make = async (state: StateDb, witnessFile?: string): Promise<AuditLog> => {
    const clock = createManualClock();
    return createStateAuditLog(state, {
      logger: silentLogger,
      clock,
      ids,
      sealer: plainSealer,
      ...(witnessFile !== undefined && { witness: createCheckpointFile(witnessFile) }),
    });
  };
  const filled = async (witnessFile?: string) => {
    const state = await openState();
    await state.migrate(auditMigrations);
    for (const actions of [
      ["a", "b", "c"],
      ["d", "e"],
    ]) {
      const log = await make(state, witnessFile);
      for (const action of actions) await log.append(auditEntry(action));
      await log.close();
    }
    const run = (statement: string) => sql.raw(statement).execute(state.kysely());
    return { state, run, verify: async () => (await make(state, witnessFile)).verify() };
  };

  it("is found wherever a row was changed, removed, added or swapped", async () => {
    const tampers = [
      "update audit_record set actor = 'mallory' where seq = 2",
      "update audit_record set type = 'x' where seq = 3",
      "update audit_record set outcome = 'deny' where seq = 2",
      "update audit_record set objects = '' where seq = 2",
      "update audit_record set at = '2020-01-01T00:00:00.000Z' where seq = 2",
      "update audit_record set content = replace(content, 'alice', 'mallory') where seq = 2",
      "update audit_record set content = content || ' ' where seq = 2",
      "update audit_record set content = 'null' where seq = 2",
      "update audit_record set hash = '0' where seq = 2",
      "update audit_record set seq = 99 where seq = 2",
      "update audit_record set chain = 'other' where seq = 4",
      "delete from audit_record where seq = 1",
      "delete from audit_record where seq = 2",
      "delete from audit_record where seq = 4",
      "delete from audit_record",
      "insert into audit_record select chain, seq + 50, at, type, actor, outcome, objects, content, hash from audit_record where seq = 2",
      "update audit_checkpoint set content = replace(content, 'records', 'recordz') where number = 1",
      "update audit_checkpoint set content = 'x' where number = 1",
      "delete from audit_checkpoint where number = 1",
      "update audit_checkpoint set number = 7 where number = 2",
    ];
    const { state, run, verify } = await filled();
    expect((await verify()).state).toBe("sound");
    const tables = ["audit_record", "audit_checkpoint"];
    for (const table of tables) await run(`create table ${table}_copy as select * from ${table}`);
    for (const tamper of tampers) {
      await run(tamper);
      const { state: found, problem } = await verify();
      expect(found, tamper).toBe("tampered");
      expect(problem, tamper).toMatch(/^(chain|checkpoint) /);
      for (const table of tables) {
        await run(`delete from ${table}`);
        await run(`insert into ${table} select * from ${table}_copy`);
      }
    }
    expect((await verify()).state).toBe("sound");
    await state.close();
  });

  it("is found when the newest checkpoint and records went too, by the copy kept outside", async () => {
    using dir = createTempDir();
    const { state, run, verify } = await filled(`${dir.path}/witness.json`);
    expect((await verify()).state).toBe("sound");
    await run("delete from audit_record where chain = (select max(chain) from audit_record)");
    await run("delete from audit_chain where chain = (select max(chain) from audit_chain)");
    await run("delete from audit_checkpoint where number = 2");
    const later = await make(state, `${dir.path}/witness.json`);
    await later.append(auditEntry("later"));
    await later.close();
    expect(await verify()).toMatchObject({
      state: "tampered",
      problem:
        "checkpoint 2: kept outside the state store, but missing or different there; the end of the log was cut off",
    });
    await state.close();
  });

  it("does not trust a signing key that was put into the store", async () => {
    const { state, run } = await filled();
    await run("update audit_key set public_key = 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE'");
    await expect(make(state)).rejects.toThrow(/was exchanged outside the server/);
    await state.close();
  });

  it("acknowledges nothing while it cannot be stored, and goes on soundly afterwards", async () => {
    const state = await openState();
    await state.migrate(auditMigrations);
    const log = await make(state);
    const kept = [await log.append(auditEntry("before"))];
    await sql.raw("alter table audit_chain rename to audit_chain_away").execute(state.kysely());
    const refused = await Promise.allSettled(Array.from({ length: 5 }, () => log.append(auditEntry("during"))));
    expect(
      refused.every((result) => result.status === "rejected" && result.reason instanceof AuditUnavailableError),
    ).toBe(true);
    await sql.raw("alter table audit_chain_away rename to audit_chain").execute(state.kysely());
    kept.push(await log.append(auditEntry("after")));
    expect(kept.map((record) => record.seq)).toEqual([2, 3]);
    expect(await log.verify()).toMatchObject({ state: "sound", records: 3 });
    await log.close();
    await state.close();
  });

  it("goes on where it stands when a commit was stored but not acknowledged", async () => {
    const state = await openState();
    await state.migrate(auditMigrations);
    let lose = false;
    const unreliable: StateDb = {
      ...state,
      async transaction(work) {
        const result = await state.transaction(work);
        if (lose) throw new Error("connection lost after the commit");
        return result;
      },
    };
    const log = await make(unreliable);
    await log.append(auditEntry("a"));
    lose = true;
    await expect(log.append(auditEntry("b"))).rejects.toThrow(AuditUnavailableError);
    lose = false;
    expect((await log.append(auditEntry("c"))).seq).toBe(4);
    expect(await log.verify()).toMatchObject({ state: "sound", records: 4 });
    await log.close();
    await state.close();
  });
});
