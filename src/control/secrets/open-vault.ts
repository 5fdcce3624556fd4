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
  return createVault({ masterKey: loadMasterKey(masterKeyFile, { create: isNew && isOurs }), keys });
}
