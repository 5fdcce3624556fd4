export { countTransactions } from "./count-transactions.ts";
export { openState } from "./open-state.ts";
export type { Migration, StateCapabilities, StateDb } from "./state-db.ts";
export type { StateOptions } from "./state-engine.ts";
