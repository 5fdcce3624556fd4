import fc from "fast-check";
import { expect, it } from "vitest";
import { completeEntry, encodeEntry } from "../../src/heimdall/adapters/journal/encode-entry.ts";
import { boundEntry } from "../../src/heimdall/adapters/state/audit-entry.ts";
import { canonicalJson } from "../../src/heimdall/audit/index.ts";
import type { AuditEntry } from "../../src/heimdall/ports.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom("", "\n", "\ud800", '"\\', "a".repeat(2_100)),
);
const texts = fc.array(text, { maxLength: 12 });
const item = fc.record(
  {
    subject: text,
    action: text,
    object: texts,
    outcome: fc.constantFrom("allow", "deny"),
    rules: texts,
    reason: text,
    problems: texts,
  },
  { requiredKeys: ["subject", "action", "object", "outcome"] },
);
const details = fc.dictionary(
  text.filter((key) => key !== "__proto__"),
  fc.oneof(text, texts, fc.integer(), fc.boolean(), fc.constant(null), fc.dictionary(fc.string(), fc.string())),
  { maxKeys: 5 },
);
const entry = fc.record(
  {
    type: text,
    actor: text,
    action: text,
    object: texts,
    outcome: fc.constantFrom("allow", "deny", "success", "failure"),
    decisionId: text,
    policyVersion: text,
    rules: texts,
    requestId: text,
    ip: text,
    details,
    items: fc.array(item, { maxLength: 3 }),
  },
  { requiredKeys: ["type", "actor", "action", "object", "outcome"] },
) as fc.Arbitrary<AuditEntry>;

it("a record that the journal writes is the canonical JSON of the record, on one line", () => {
  const [chain, at, prevHash] = ["6f1b", "2026-01-31T08:00:00.000Z", "0".repeat(64)];
  fc.assert(
    fc.property(entry, (given) => {
      const bounded = boundEntry(given);
      const written = completeEntry(encodeEntry(bounded), chain, 7, at, prevHash);
      expect(written).toBe(canonicalJson({ ...bounded, chain, seq: 7, at, prevHash }));
      expect(written).not.toContain("\n");
    }),
    { numRuns: 300 },
  );
});

it("an entry that needs no bounds stays the same, and bounding twice changes nothing", () => {
  fc.assert(
    fc.property(entry, (given) => {
      const bounded = boundEntry(given);
      expect(boundEntry(bounded)).toEqual(bounded);
      expect(canonicalJson(bounded).length).toBeLessThan(1_000_000);
    }),
    { numRuns: 300 },
  );
});
