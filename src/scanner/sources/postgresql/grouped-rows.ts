/** Rows of a cursor that is sorted by relation, taken relation by relation. */
export interface GroupedRows<Row> {
  /** Rows of `relation`. Ask in ascending order; rows of relations in between are dropped. */
  take(relation: number): Promise<readonly Row[]>;
  /** Reads to the end, so that nothing is left open. */
  drain(): Promise<void>;
}

/** Merges a cursor with the list of relations it belongs to: memory holds one relation's rows at a time. */
export function groupRows<Row extends { readonly relation: number }>(
  rows: AsyncGenerator<Row, void>,
): GroupedRows<Row> {
  let next: Row | undefined;
  let ended = false;
  const advance = async (): Promise<void> => {
    const result = await rows.next();
    next = result.done ? undefined : result.value;
    ended = result.done ?? false;
  };
  return {
    async take(relation) {
      const taken: Row[] = [];
      if (!next && !ended) await advance();
      while (next && next.relation <= relation) {
        if (next.relation === relation) taken.push(next);
        await advance();
      }
      return taken;
    },
    async drain() {
      while (!ended) await advance();
    },
  };
}
