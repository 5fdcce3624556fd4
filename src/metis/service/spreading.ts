import type { CatalogStore, LogRow } from "../adapters/state/index.ts";

/**
 * Ids of what changes for decisions because of what it is in: everything inside an entity whose tags or owners changed, or that
 * was moved or renamed.
 * @param kinds of what is looked for; absent: all
 */
export function findAffected(
  store: CatalogStore,
  changes: readonly LogRow[],
  kinds?: readonly string[],
): Promise<readonly string[]> {
  const spreading = new Set(changes.filter(spreads).flatMap(({ entity_id }) => entity_id ?? []));
  return spreading.size === 0 ? Promise.resolve([]) : store.findInside([...spreading], kinds);
}

function spreads({ op, aspects }: LogRow): boolean {
  if (op === "rename") return true;
  if (op === "create" || aspects === null) return false;
  const changed = JSON.parse(aspects) as readonly string[];
  return changed.includes("tags") || changed.includes("ownership");
}
