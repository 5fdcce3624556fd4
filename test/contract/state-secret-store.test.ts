import { createSecretKey } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  createStateSecretStore,
  createStateVaultKeys,
  createVault,
  secretMigrations,
} from "../../src/control/secrets/index.ts";
import { Secret } from "../../src/shared/secret.ts";
import type { StateDb } from "../../src/state/index.ts";
import { describeOnStateEngines, stateEngines } from "../support/state.ts";
import { type SecretStoreFixture, secretStoreContract } from "./secret-store.contract.ts";

const masterKey = createSecretKey(Buffer.alloc(32, 7));

async function makeStore(state: StateDb): Promise<SecretStoreFixture> {
  await state.migrate(secretMigrations);
  const opened: string[] = [];
  const fixture = { state, opened, onOpened: () => {} };
  const vault = await createVault({ masterKey, keys: createStateVaultKeys(state) });
  const store = createStateSecretStore(state, vault, async (ref, purpose) => {
    fixture.onOpened();
    opened.push(`${ref.kind} ${ref.name}: ${purpose}`);
  });
  return Object.assign(fixture, { store });
}

describeOnStateEngines("secret store", (open) => {
  secretStoreContract(async () => makeStore(await open()));
});

describe("secret store files", () => {
  it("hold no secret in clear", async () => {
    const [sqlite] = stateEngines();
    const store = await sqlite!.create();
    const state = await store.open();
    const { store: secrets } = await makeStore(state);
    await secrets.put(
      { workspace: "public", kind: "secret", name: "sales" },
      new Map([["password", new Secret("canary-7f3a91")]]),
    );
    const scan = () =>
      readdirSync(store.dir!).map((name) => [name, readFileSync(join(store.dir!, name)).includes("canary-7f3a91")]);
    const whileOpen = scan();
    expect(whileOpen.map(([name]) => name)).toContain("state.db-wal");
    await state.close();
    expect([...whileOpen, ...scan()].filter(([, found]) => found)).toEqual([]);
  });
});
