export { loadMasterKey } from "./master-key.ts";
export { openVault } from "./open-vault.ts";
export { SecretBrokenError, type SecretRef, type SecretStore, type StoredSecret } from "./ports.ts";
export { createStateSecretStore } from "./state-secret-store.ts";
export { createStateVaultKeys, secretMigrations } from "./state-vault-keys.ts";
export { createVault, type SealPlace, type Vault, type VaultKeyStore, type WrappedKey } from "./vault.ts";
