import type { StateDb } from "./state-db.ts";

/** The same store, and how often a transaction through it began or ended, for caches of what those transactions write. */
export function countTransactions(state: StateDb): { readonly state: StateDb; count(): number } {
  let count = 0;
  return {
    count: () => count,
    state: {
      ...state,
      async transaction(work) {
        count++;
        try {
          return await state.transaction(work);
        } finally {
          count++;
        }
      },
    },
  };
}
