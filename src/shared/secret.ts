import { inspect } from "node:util";

const redacted = "[redacted]";

/** A value that must not be shown. Every way of printing it gives `[redacted]`; only `reveal` gives the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. SECURITY: call only where it is handed to a driver, a hash or a cipher. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }

  [Symbol.toPrimitive](): string {
    return redacted;
  }
}
