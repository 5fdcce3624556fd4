import { relative } from "node:path";
import type { StateDb } from "../../state/index.ts";
import { loadMasterKey } from "./master-key.ts";
import { createStateVaultKeys } from "./state-vault-keys.ts";
import { createVault, type Vault } from "./vault.ts";

/**
 * Opens the vault of `state`, whose migrations have run. A missing key file is made only for a store that holds nothing sealed yet
 * and only inside `dataDir`.
 * @throws {BadInputError} the key file is not fit, or holds another key than the store was sealed with; nothing is changed
 * @throws {UnavailableError} the key file is missing
 */
export async function openVault(
  state: StateDb,
  { masterKeyFile, dataDir }: { readonly masterKeyFile: string; readonly dataDir: string },
): Promise<Vault> {
  const keys = createStateVaultKeys(state);
  const isNew = (await keys.readCheck()) === undefined;
  const isOurs = !relative(dataDir, masterKeyFile).startsWith("..");
  const whereMissing = isNew
    ? "make one that only this user can read, e.g. with `(umask 077; openssl rand -hex 32 > FILE)`, or leave DATAOS_MASTER_KEY_FILE out"
    : undefined;
  const masterKey = loadMasterKey(masterKeyFile, { create: isNew && isOurs, ...(whereMissing && { whereMissing }) });
  return createVault({ masterKey, keys });
}
