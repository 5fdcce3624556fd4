import { type Kysely, sql } from "kysely";
import { expect, it } from "vitest";
import { SecretBrokenError, type SecretRef, type SecretStore } from "../../src/control/secrets/index.ts";
import { BadInputError, NotFoundError } from "../../src/shared/errors.ts";
import { Secret } from "../../src/shared/secret.ts";
import type { StateDb } from "../../src/state/index.ts";

export interface SecretStoreFixture {
  readonly store: SecretStore;
  readonly state: StateDb;
  /** What the store told about values it gave. */
  readonly opened: string[];
  /** What `opened` does next; may throw. */
  onOpened: () => void;
}

const values = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([field, value]) => [field, new Secret(value)]));
const reveal = (stored: { readonly values: ReadonlyMap<string, Secret> }) =>
  Object.fromEntries([...stored.values].map(([field, value]) => [field, value.reveal()]));
const depotSecret: SecretRef = { workspace: undefined, kind: "instance-secret", name: "sales" };
const inPublic: SecretRef = { workspace: "public", kind: "secret", name: "sales" };

/** What every store of secret values promises. */
export function secretStoreContract(make: () => Promise<SecretStoreFixture>): void {
  it("gives back what was put, by field, with a version that grows", async () => {
    const { store } = await make();
    expect(await store.put(depotSecret, values({ username: "u", password: "pä$$\n" }))).toBe(1);
    expect(await store.put(depotSecret, values({ password: "second", zone: "" }))).toBe(2);
    expect(await store.fields(depotSecret)).toEqual(["password", "zone"]);
    const stored = await store.get(depotSecret, "test");
    expect([stored.version, reveal(stored)]).toEqual([2, { password: "second", zone: "" }]);
    expect([...stored.values.keys()]).toEqual(["password", "zone"]);
  });

  it("keeps the same name in other workspaces and kinds apart", async () => {
    const { store } = await make();
    await store.put(depotSecret, values({ password: "one" }));
    await store.put(inPublic, values({ password: "two" }));
    await store.put({ ...inPublic, workspace: "other" }, values({ password: "three" }));
    await store.delete({ ...inPublic, workspace: "other" });
    await store.delete({ ...inPublic, workspace: "other" });
    expect(reveal(await store.get(depotSecret, "test"))).toEqual({ password: "one" });
    expect(reveal(await store.get(inPublic, "test"))).toEqual({ password: "two" });
    const gone = store.get({ ...inPublic, workspace: "other" }, "test");
    await expect(gone).rejects.toThrow(NotFoundError);
    expect(await store.fields({ ...inPublic, workspace: "other" })).toBeUndefined();
  });

  it("records the purpose before it gives values, and gives none when that fails", async () => {
    const fixture = await make();
    await fixture.store.put(depotSecret, values({ password: "one" }));
    await fixture.store.get(depotSecret, "scan of depot sales");
    expect(fixture.opened).toEqual(["instance-secret sales: scan of depot sales"]);
    fixture.onOpened = () => {
      throw new Error("audit is down");
    };
    await expect(fixture.store.get(depotSecret, "test")).rejects.toThrow("audit is down");
  });

  it("takes part in the caller's transaction", async () => {
    const { store, state } = await make();
    const failed = state.transaction(async (tx) => {
      await store.put(inPublic, values({ password: "never" }), tx);
      throw new Error("stop");
    });
    await expect(failed).rejects.toThrow("stop");
    expect(await store.fields(inPublic)).toBeUndefined();
    // the workspace's key was rolled back too: what is sealed now must open with the one that is stored
    await store.put(inPublic, values({ password: "kept" }));
    expect(reveal(await store.get(inPublic, "test"))).toEqual({ password: "kept" });
    await state.transaction((tx) => store.delete(inPublic, tx));
    expect(await store.fields(inPublic)).toBeUndefined();
  });

  it("refuses more than 64 KiB", async () => {
    const { store } = await make();
    const put = store.put(depotSecret, values({ file: "x".repeat(70_000) }));
    await expect(put).rejects.toThrow(BadInputError);
  });

  it("does not open what was moved to another name, workspace, kind or version", async () => {
    const { store, state } = await make();
    const db = state.kysely<{
      secret_value: Record<"workspace" | "kind" | "name" | "sealed", string> & { version: number };
    }>();
    const moves = [
      { workspace: "" },
      { workspace: "other" },
      { kind: "instance-secret" },
      { name: "other" },
      { version: 7 },
    ];
    for (const move of moves) {
      await store.put(inPublic, values({ password: "canary" }));
      await store.put({ ...inPublic, workspace: "other" }, values({ password: "else" }));
      await store.delete({ ...inPublic, workspace: "other" });
      await db.updateTable("secret_value").set(move).where("workspace", "=", "public").execute();
      const row = await db.selectFrom("secret_value").selectAll().executeTakeFirstOrThrow();
      const ref = { workspace: row.workspace || undefined, kind: row.kind, name: row.name };
      await expect(store.get(ref, "test"), JSON.stringify(move)).rejects.toThrow(SecretBrokenError);
      await db.deleteFrom("secret_value").execute();
    }
  });

  it("detects every changed character of what is stored", async () => {
    const { store, state } = await make();
    await store.put(inPublic, values({ password: "canary" }));
    const db = state.kysely<{ secret_value: { sealed: string }; vault_key: { wrapped: string } }>();
    const { sealed } = await db.selectFrom("secret_value").select("sealed").executeTakeFirstOrThrow();
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      await db.updateTable("secret_value").set({ sealed: changed }).execute();
      await expect(store.get(inPublic, "test"), `character ${at}`).rejects.toThrow(SecretBrokenError);
    }
    for (const changed of [`${sealed}A`, sealed.slice(0, -1), `${sealed}=`, ` ${sealed}`, "", "v1..", "v1.x.y"]) {
      await db.updateTable("secret_value").set({ sealed: changed }).execute();
      await expect(store.get(inPublic, "test"), changed).rejects.toThrow(SecretBrokenError);
    }
    await db.updateTable("secret_value").set({ sealed }).execute();
    expect(reveal(await store.get(inPublic, "test"))).toEqual({ password: "canary" });
  });

  it("closes a destroyed workspace for ever, also for copies of its rows", async () => {
    const { store, state } = await make();
    await store.put(inPublic, values({ password: "one" }));
    await store.put(depotSecret, values({ password: "two" }));
    const db = state.kysely() as Kysely<{ secret_value: Record<string, unknown> }>;
    const copy = await sql<Record<string, unknown>>`select * from secret_value where workspace = 'public'`.execute(db);
    await store.destroyWorkspace("public");
    await store.destroyWorkspace("public");
    for (const row of copy.rows)
      await db
        .insertInto("secret_value")
        .values({ ...row })
        .execute();
    await expect(store.get(inPublic, "test")).rejects.toThrow(SecretBrokenError);
    await store.put(inPublic, values({ password: "three" }));
    expect(reveal(await store.get(inPublic, "test"))).toEqual({ password: "three" });
    expect(reveal(await store.get(depotSecret, "test"))).toEqual({ password: "two" });
  });
}
