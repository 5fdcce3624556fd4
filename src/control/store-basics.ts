import type { Transaction } from "kysely";

/** Something else that is written in the same transaction. */
export type Alongside = (tx: Transaction<unknown>) => Promise<void>;

/** Proof of holding a lease; `token` grows with every change of the holder. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  readonly token: number;
}
