import { StorageFullError } from "../../../shared/errors.ts";

/** An error as it travels between threads. */
export interface Failure {
  readonly message: string;
  readonly full: boolean;
}

/** Codes of the system for a disk, or a quota, that is full. */
const fullCodes: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

export function toFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return { message, full: error instanceof StorageFullError || fullCodes.includes(code) };
}
