/** Keeps the most recently used values by text. */
export function createStatementCache<T>(
  maxEntries: number,
  make: (sql: string) => T,
): { get(sql: string): T; clear(): void } {
  const entries = new Map<string, T>();
  return {
    get(sql) {
      const known = entries.get(sql);
      if (known !== undefined) {
        entries.delete(sql);
        entries.set(sql, known);
        return known;
      }
      const made = make(sql);
      entries.set(sql, made);
      if (entries.size > maxEntries) {
        const oldest = entries.keys().next();
        if (!oldest.done) entries.delete(oldest.value);
      }
      return made;
    },
    clear: () => entries.clear(),
  };
}
