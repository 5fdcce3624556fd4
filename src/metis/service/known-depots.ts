import type { CatalogStore } from "../adapters/state/index.ts";

/** Which depots the catalog has anything of. */
export interface KnownDepots {
  has(depot: string): Promise<boolean>;
}

/** Remembers them as long as `version` stays the same. */
export function createKnownDepots(store: Pick<CatalogStore, "listDepots">, version: () => number): KnownDepots {
  let known: { readonly depots: Promise<ReadonlySet<string>>; readonly at: number } | undefined;
  return {
    async has(depot) {
      const now = version();
      if (known?.at !== now) known = { depots: store.listDepots(), at: now };
      const { depots } = known;
      try {
        return (await depots).has(depot);
      } catch (error) {
        if (known?.depots === depots) known = undefined;
        throw error;
      }
    },
  };
}
