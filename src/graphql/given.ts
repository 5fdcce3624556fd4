/** `{[name]: value}`, or nothing where the argument is absent or null. */
export function given<K extends string, V>(name: K, value: V | null | undefined): { readonly [P in K]?: V } {
  return (value === undefined || value === null ? {} : { [name]: value }) as { readonly [P in K]?: V };
}
