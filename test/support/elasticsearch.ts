/** Removes all indices whose names start with `prefix`. WHY not by a wildcard: the server refuses those. */
export async function removeIndices(url: string, prefix: string): Promise<void> {
  const answer = await fetch(`${url}/_cat/indices/${prefix}-*?h=index&expand_wildcards=all`);
  const names = (await answer.text()).split("\n").filter((name) => name.startsWith(prefix));
  for (const name of names) await fetch(`${url}/${name}`, { method: "DELETE" });
}
