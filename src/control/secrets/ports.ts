/** Where secret values are kept. */
import type { Transaction } from "kysely";
import { DataOsError } from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";

/** Whose values they are. */
export interface SecretRef {
  /** `undefined` for what belongs to the whole instance */
  readonly workspace: string | undefined;
  /** e.g. `secret`, `instance-secret` */
  readonly kind: string;
  readonly name: string;
}

export interface StoredSecret {
  /** 1, 2, 3… with each `put` */
  readonly version: number;
  /** by field name, sorted */
  readonly values: ReadonlyMap<string, Secret>;
}

/**
 * Secret values, sealed at rest and bound to their place: a value that was changed or moved does not open.
 * `tx`: takes part in the caller's transaction.
 */
export interface SecretStore {
  /** Replaces all values of `ref`; gives the new version. @throws {BadInputError} more than 64 KiB together */
  put<Tables>(ref: SecretRef, values: ReadonlyMap<string, Secret>, tx?: Transaction<Tables>): Promise<number>;
  /**
   * The values in clear.
   * @param purpose what they are needed for, e.g. `scan of depot sales`; recorded before they are given
   * @throws {NotFoundError} nothing is stored for `ref`
   * @throws {SecretBrokenError} it was changed or moved outside the server
   */
  get(ref: SecretRef, purpose: string): Promise<StoredSecret>;
  /** Names of the fields, sorted, without opening anything; `undefined` where nothing is stored. */
  fields(ref: SecretRef): Promise<readonly string[] | undefined>;
  /** Idempotent. */
  delete<Tables>(ref: SecretRef, tx?: Transaction<Tables>): Promise<void>;
  /** Destroys the workspace's key with its values: copies in backups stay closed for ever. Idempotent. */
  destroyWorkspace<Tables>(workspace: string, tx?: Transaction<Tables>): Promise<void>;
}

/** What is stored does not open: it was changed, or moved from another place. */
export class SecretBrokenError extends DataOsError {
  override readonly code = "INTERNAL";
}
