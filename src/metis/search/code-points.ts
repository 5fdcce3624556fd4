/** Order by code points, which is how stores sort texts; JavaScript's own is by UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  // up to the surrogates both orders are one
  if (!/[\ud800-\uffff]/.test(a) && !/[\ud800-\uffff]/.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
