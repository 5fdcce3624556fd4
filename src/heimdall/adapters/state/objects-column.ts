/** One object per line between line ends, so that a search for a whole object cannot match a part of one. */
export function toObjectsColumn(object: readonly string[]): string {
  return `\n${object.join("\n")}\n`;
}
