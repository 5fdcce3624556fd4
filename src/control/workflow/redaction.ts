import type { Secret } from "../../shared/secret.ts";

/** Keeps values out of text. */
export interface Redactor {
  hide(value: Secret): void;
  redact(text: string): string;
}

// WHY: shorter values occur by chance everywhere, and hiding them would tell where they are
const minLength = 4;

/** Hides values in every spelling that drivers and shells are known to print: plain, in a URL, in JSON, in base64. */
export function createRedactor(): Redactor {
  const hidden = new Set<string>();
  return {
    hide(secret) {
      const value = secret.reveal();
      if (value.length < minLength) return;
      for (const spelling of [
        value,
        encodeURIComponent(value),
        JSON.stringify(value).slice(1, -1),
        Buffer.from(value).toString("base64"),
      ]) {
        hidden.add(spelling);
      }
    },
    redact(text) {
      let shown = text;
      // longest first, so that a value inside another one leaves nothing behind
      for (const value of [...hidden].sort((a, b) => b.length - a.length))
        shown = shown.replaceAll(value, "[redacted]");
      return shown;
    },
  };
}
