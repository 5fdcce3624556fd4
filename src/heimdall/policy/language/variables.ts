/** `${name}` in the tags and paths of an authorization atom. */
const variable = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Names of the variables anywhere in `value`, in the order of their first use. */
export function findVariables(value: unknown): ReadonlySet<string> {
  return new Set(Array.from(JSON.stringify(value).matchAll(variable), ([, name]) => name ?? ""));
}

/** `value` with each variable in its texts replaced by what `bindings` says, or by nothing. What is put in is not looked at again. */
export function fillVariables(value: unknown, bindings: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return value.replace(variable, (_, name: string) => bindings.get(name) ?? "");
  return Array.isArray(value) ? value.map((item) => fillVariables(item, bindings)) : value;
}
