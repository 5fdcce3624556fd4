/**
 * Edits (insert, delete, replace, swap two neighbours) that make `a` into `b`, or `max + 1` where it takes more than `max`.
 * A part is edited once only (optimal string alignment), as Lucene's automata do.
 */
export function editDistance(a: string, b: string, max: number): number {
  const from = Array.from(a);
  const to = Array.from(b);
  if (Math.abs(from.length - to.length) > max) return max + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
      if (cost < best) best = cost;
    }
    if (best > max) return max + 1;
    beforeLast = last;
    last = current;
  }
  return Math.min(last[to.length] ?? 0, max + 1);
}

/** How many edits a misspelt word may be away from the word that was meant: 0 below 4 characters, 1 below 8, else 2. */
export function allowedEdits(word: string): 0 | 1 | 2 {
  const length = Array.from(word).length;
  return length < 4 ? 0 : length < 8 ? 1 : 2;
}
