/** A cycle of a graph, its first node again at the end; `undefined` where there is none. */
export function findCycle(
  nodes: ReadonlyMap<string, { readonly dependencies: readonly string[] }>,
): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    const start = path.indexOf(name);
    if (start >= 0) return [...path.slice(start), name];
    if (done.has(name)) return undefined;
    done.add(name);
    for (const dependency of nodes.get(name)?.dependencies ?? []) {
      const found = visit(dependency, [...path, name]);
      if (found) return found;
    }
    return undefined;
  };
  for (const name of nodes.keys()) {
    const found = visit(name, []);
    if (found) return found;
  }
  return undefined;
}
