import type { Reader } from "./reader.ts";
import { unknownWord } from "./reader.ts";

/** The vendor's kinds of conditions, each with the keys of its settings. */
const kinds = {
  cidr_condition: ["name", "cidr"],
  equals_subject_condition: ["name"],
  string_equal_condition: ["name", "expected_value"],
  string_match_condition: ["name", "match_regular_expression"],
  string_pairs_equal_condition: ["name"],
} as const satisfies Record<string, readonly string[]>;
type Kind = keyof typeof kinds;

const maxPattern = 1_000;

/**
 * One of the vendor's condition objects as CEL over the request's context; `undefined` where it has a fault. What the context does
 * not say is not known, so that an allow with it does not match and a deny does (docs/adr/0080).
 */
export function readVendorCondition(item: Reader): string | undefined {
  const before = item.findings.problems.length;
  const parts = item.entries().flatMap(([key, settings]) => {
    if (!isKind(key)) {
      settings.problem(
        `${unknownWord("condition", key, Object.keys(kinds))}; or write it in CEL, like \`context.ip.inCidr("10.0.0.0/8")\``,
      );
      return [];
    }
    return settings.isMapping(kinds[key]) ? (toCel(key, settings) ?? []) : [];
  });
  if (parts.length === 0) {
    if (item.findings.problems.length === before)
      item.problem("the condition is empty; remove it or say what must hold");
    return undefined;
  }
  return item.findings.problems.length > before ? undefined : parts.join(" && ");
}

function toCel(kind: Kind, settings: Reader): string | undefined {
  const name = settings.get("name").text();
  if (name === undefined) return undefined;
  const value = `context[${quote(name)}]`;
  switch (kind) {
    case "cidr_condition": {
      const cidr = settings.get("cidr").text();
      return cidr === undefined ? undefined : `${value}.inCidr(${quote(cidr)})`;
    }
    case "equals_subject_condition":
      return `(${value}.equals(subject.id) || ${value}.equals("users:id:" + subject.id))`;
    case "string_equal_condition": {
      const expected = settings.get("expected_value");
      if (typeof expected.value !== "string") return expected.text();
      // SECURITY: not `==`, which is false for a number, so that a deny could be escaped by sending one
      return `${value}.equals(${quote(expected.value)})`;
    }
    case "string_match_condition": {
      const pattern = settings.get("match_regular_expression").text();
      if (pattern === undefined) return undefined;
      if (pattern.length > maxPattern) {
        return settings
          .get("match_regular_expression")
          .problem(`the pattern has ${pattern.length} characters; at most ${maxPattern} are allowed`);
      }
      return `${value}.matches(${quote(pattern)})`;
    }
    case "string_pairs_equal_condition":
      return `${value}.pairsEqual()`;
    default:
      return kind satisfies never;
  }
}

function isKind(key: string): key is Kind {
  return Object.hasOwn(kinds, key);
}

/** WHY: JSON's escapes are CEL's too. */
function quote(text: string): string {
  return JSON.stringify(text);
}
