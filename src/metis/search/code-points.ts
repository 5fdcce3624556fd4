/** Order by code points, which is how stores sort texts; JavaScript's own is by UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
