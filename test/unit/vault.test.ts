import { createSecretKey } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  createStateVaultKeys,
  createVault,
  loadMasterKey,
  openVault,
  secretMigrations,
} from "../../src/control/secrets/index.ts";
import { BadInputError, UnavailableError } from "../../src/shared/errors.ts";
import { stateEngines } from "../support/state.ts";
import { createTempDir } from "../support/temp-dir.ts";

const [sqlite] = stateEngines();
const hex = "0123456789abcdef".repeat(4);

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : "not an error";
  }
  return "no error";
}

describe("master key", () => {
  it("is read raw, in hex and in base64", () => {
    using dir = createTempDir();
    const file = join(dir.path, "key");
    const bytes = Buffer.from(hex, "hex");
    for (const content of [bytes, hex, `${hex}\n`, bytes.toString("base64"), bytes.toString("base64url")]) {
      writeFileSync(file, content, { mode: 0o600 });
      expect(loadMasterKey(file, { create: false }).export()).toEqual(bytes);
    }
  });

  it("is made once, for its owner only", () => {
    using dir = createTempDir();
    const file = join(dir.path, "sub", "key");
    const made = loadMasterKey(file, { create: true });
    expect(loadMasterKey(file, { create: true }).equals(made)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it("is refused where others could have read or planted it", () => {
    using dir = createTempDir();
    const at = (name: string) => join(dir.path, name);
    const refusal = (name: string) =>
      messageOf(() => loadMasterKey(at(name), { create: false })).replaceAll(dir.path, "");
    writeFileSync(at("open"), hex, { mode: 0o600 });
    chmodSync(at("open"), 0o640);
    symlinkSync(at("open"), at("link"));
    mkdirSync(at("folder"));
    writeFileSync(at("short"), "abc", { mode: 0o600 });
    writeFileSync(at("zeros"), Buffer.alloc(32), { mode: 0o600 });
    writeFileSync(at("big"), "a".repeat(300), { mode: 0o600 });
    expect(["open", "link", "folder", "short", "zeros", "big", "none"].map(refusal)).toMatchInlineSnapshot(`
      [
        "BadInputError: the master key \`/open\` can be read by other users; run \`chmod 600 /open\`",
        "BadInputError: the master key \`/link\` is a symbolic link; name the file itself",
        "BadInputError: the master key \`/folder\` must be a regular file of at most 256 bytes",
        "BadInputError: \`/short\` holds no master key; expected 32 bytes, raw, as 64 hexadecimal digits or as base64, e.g. from \`openssl rand -hex 32\`",
        "BadInputError: \`/zeros\` holds no master key; expected 32 bytes, raw, as 64 hexadecimal digits or as base64, e.g. from \`openssl rand -hex 32\`",
        "BadInputError: the master key \`/big\` must be a regular file of at most 256 bytes",
        "UnavailableError: the master key \`/none\` is missing; put it back from where you keep a copy, since stored secrets cannot be opened without it",
      ]
    `);
  });
});

describe("vault", () => {
  it("refuses another master key and changes nothing", async () => {
    const store = await sqlite!.create();
    const state = await store.open();
    await state.migrate(secretMigrations);
    const keys = createStateVaultKeys(state);
    const vault = await createVault({ masterKey: createSecretKey(Buffer.alloc(32, 1)), keys });
    const place = { workspace: undefined, kind: "k", name: "n", version: 1, field: "f" };
    const sealed = await vault.seal(place, Buffer.from("x"));
    const before = [await keys.readCheck(), await keys.newestKey("")];
    const other = createVault({ masterKey: createSecretKey(Buffer.alloc(32, 2)), keys });
    await expect(other).rejects.toThrow(BadInputError);
    await expect(other).rejects.toThrowErrorMatchingInlineSnapshot(
      `[BadInputError: the master key is not the one that this store's secrets are sealed with; set DATAOS_MASTER_KEY_FILE to the right file]`,
    );
    expect([await keys.readCheck(), await keys.newestKey("")]).toEqual(before);
    const again = await createVault({ masterKey: createSecretKey(Buffer.alloc(32, 1)), keys });
    expect((await again.open(place, sealed)).toString()).toBe("x");
    await state.close();
  });

  it("makes a key file for a new store only, inside the data folder only", async () => {
    const store = await sqlite!.create();
    const state = await store.open();
    await state.migrate(secretMigrations);
    using dir = createTempDir();
    using elsewhere = createTempDir();
    const outside = { masterKeyFile: join(elsewhere.path, "key"), dataDir: dir.path };
    const inside = { masterKeyFile: join(dir.path, "key"), dataDir: dir.path };
    await expect(openVault(state, outside)).rejects.toThrow(UnavailableError);
    await openVault(state, inside);
    expect(existsSync(inside.masterKeyFile)).toBe(true);
    const lost = { masterKeyFile: join(dir.path, "other"), dataDir: dir.path };
    await expect(openVault(state, lost)).rejects.toThrow(/is missing; put it back/);
    expect(existsSync(lost.masterKeyFile)).toBe(false);
    await state.close();
  });

  it("never seals the same text twice alike", async () => {
    const store = await sqlite!.create();
    const state = await store.open();
    await state.migrate(secretMigrations);
    const vault = await createVault({
      masterKey: createSecretKey(Buffer.alloc(32, 1)),
      keys: createStateVaultKeys(state),
    });
    const place = { workspace: "w", kind: "k", name: "n", version: 1, field: "f" };
    const sealed = await Promise.all(Array.from({ length: 1_000 }, () => vault.seal(place, Buffer.from("x"))));
    expect(new Set(sealed.map((text) => text.split(".")[2]?.slice(0, 16))).size).toBe(1_000);
    await state.close();
  });

  it("keeps places apart whose names hold the separator", async () => {
    const store = await sqlite!.create();
    const state = await store.open();
    await state.migrate(secretMigrations);
    const vault = await createVault({
      masterKey: createSecretKey(Buffer.alloc(32, 1)),
      keys: createStateVaultKeys(state),
    });
    const sealed = await vault.seal(
      { workspace: "w", kind: "a|b", name: "c", version: 1, field: "f" },
      Buffer.from("x"),
    );
    await expect(
      vault.open({ workspace: "w", kind: "a", name: "b|c", version: 1, field: "f" }, sealed),
    ).rejects.toThrow(/does not open/);
    await state.close();
  });
});
