declare const brand: unique symbol;

/** A `T` that has passed the check named `Name`; made only by the function that does the check. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Ends an exhausted `switch`. @throws {TypeError} when a case was forgotten and reached */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected case: ${JSON.stringify(value)}`);
}
