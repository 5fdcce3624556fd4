import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findObjectFacts } from "../../src/heimdall/authorization/object-facts.ts";
import { type CompiledPolicies, compilePolicies, parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import type { DecisionObject, Mask, Subject } from "../../src/shared/decision.ts";

const tags = ["a:x", "a:y", "b:x", "G.One", "G.Two"];
const globs = ["a:x", "a:*", "b:**", "G.*", "G.One", "**", "dataos:type:dataset"];
const someTags = fc.uniqueArray(fc.constantFrom(...tags), { maxLength: 4 });
const conditions = [
  "object.owner == subject.id",
  "object.owner == 'ann'",
  "!(object.owner == 'bob')",
  "'a:x' in object.tags",
  "!('a:x' in object.tags)",
  "has(object.owner)",
  "object.owner in ['ann', 'eve'] || object.layer == 'user'",
  "('users:id:' + subject.id) in object.tags",
  "subject.team == 'red'",
];
const rule = fc.record({
  effect: fc.constantFrom("allow", "deny"),
  paths: fc.option(fc.constantFrom("urn:dataos:dataset:d:s/t", "urn:dataos:dataset:d:**", "urn:dataos:dataset:e:**")),
  tags: fc.option(
    fc.array(fc.uniqueArray(fc.constantFrom(...globs), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
  ),
  conditions: fc.uniqueArray(fc.constantFrom(...conditions), { maxLength: 2 }),
});
const mask = fc.record({
  operator: fc.constantFrom("redact", "hash", "pass_through", "bucket_date"),
  priority: fc.integer({ min: 1, max: 4 }),
  tag: fc.constantFrom("a:x", "a:*", "G.*", "G.One"),
  user: fc.constantFrom("users:id:**", "users:id:ann"),
});
type Rule = typeof rule extends fc.Arbitrary<infer T> ? T : never;
type MaskOf = typeof mask extends fc.Arbitrary<infer T> ? T : never;

function compile(rules: readonly Rule[], masks: readonly MaskOf[]): CompiledPolicies {
  const bodies = [
    ...rules.map(({ effect, paths, tags: object, conditions: when }) => ({
      access: {
        subjects: { tags: ["users:id:**"] },
        predicates: ["read"],
        objects: {
          ...(paths === null && object === null ? { paths: ["**"] } : {}),
          ...(paths === null ? {} : { paths: [paths] }),
          ...(object === null ? {} : { tags: object }),
        },
        ...(when.length === 0 ? {} : { conditions: when }),
        allow: effect === "allow",
      },
    })),
    ...masks.map(({ operator, priority, tag, user }) => ({
      data: {
        type: "mask",
        priority,
        selector: { user: { match: "any", tags: [user] }, column: { tags: [tag] } },
        mask: { operator, ...(options[operator] ?? {}) },
      },
    })),
  ];
  const text = bodies
    .map((policy, n) => JSON.stringify({ name: `p${n}`, version: "v1", type: "policy", policy }))
    .join("\n---\n");
  const parsed = parsePolicyYaml(text, "p.yaml");
  const compiled = compilePolicies(parsed.documents);
  expect([...parsed.problems, ...compiled.problems]).toEqual([]);
  return compiled.policies;
}
const options: Readonly<Record<string, object>> = {
  redact: { redact: { replacement: "x" } },
  hash: { hash: { algo: "sha256" } },
  bucket_date: { bucket_date: { precision: "year" } },
};

const subjects: readonly Subject[] = ["ann", "bob", "eve"].map((id) => ({
  id,
  type: "person",
  tags: [`users:id:${id}`],
  attributes: id === "eve" ? {} : { team: id === "ann" ? "red" : "blue" },
}));

function objectOf(own: readonly string[], owner: string | null, inherited: readonly string[] = []): DecisionObject {
  return {
    type: "dataset",
    paths: ["urn:dataos:dataset:d:s/t"],
    tags: [...own, ...inherited, "dataos:type:dataset"],
    attributes: owner === null ? {} : { owner },
  };
}

// how much a mask leaves to see; two of the same rank show what the other does
const shows = (found: Mask | undefined): number =>
  found === undefined ? 9 : ["redact", "hash", "bucket_date"].indexOf(found.operator);

describe("an edit of tags and owners that is found to open nothing", () => {
  const edits = fc.array(fc.tuple(someTags, fc.constantFrom("ann", "bob", null)), { minLength: 1, maxLength: 4 });
  it("opens nothing to anybody, nor does any row of such edits", () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 5 }),
        someTags,
        fc.constantFrom("ann", "bob", null),
        edits,
        (rules, own, owner, row) => {
          const policies = compile(rules, []);
          const first = objectOf(own, owner);
          let now = first;
          for (const [nextTags, nextOwner] of row) {
            const next = objectOf(nextTags, nextOwner);
            if (findObjectFacts(policies, { before: now, after: next, isContainer: false }).length === 0) now = next;
          }
          for (const subject of subjects) {
            const decide = (object: DecisionObject) =>
              policies.decide({ subject, predicate: "read", object, context: { time: 0 } }).effect;
            if (decide(first) === "deny") expect(decide(now)).toBe("deny");
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("opens nothing that is in it either, whatever tags that has besides", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), someTags, someTags, someTags, (rules, before, after, own) => {
        const policies = compile(rules, []);
        const schema = (known: readonly string[]): DecisionObject => ({
          type: "schema",
          paths: ["urn:dataos:schema:d:s"],
          tags: [...known, "dataos:type:schema"],
          attributes: { owner: "ann" },
        });
        const change = { before: schema(before), after: schema(after), isContainer: true };
        if (findObjectFacts(policies, change).length > 0) return;
        for (const subject of subjects) {
          const decide = (inherited: readonly string[]) =>
            policies.decide({
              subject,
              predicate: "read",
              object: objectOf(own, "bob", inherited),
              context: { time: 0 },
            }).effect;
          if (decide(before) === "deny") expect(decide(after)).toBe("deny");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("shows nobody more of a column", () => {
    fc.assert(
      fc.property(fc.array(mask, { maxLength: 5 }), someTags, someTags, (masks, before, after) => {
        const policies = compile([{ effect: "allow", paths: null, tags: null, conditions: [] }], masks);
        const column: DecisionObject = {
          type: "column",
          paths: ["urn:dataos:dataset:d:s/t#c"],
          tags: [],
          attributes: {},
        };
        const change = { before: column, after: column, isContainer: false, column: { name: "c", before, after } };
        if (findObjectFacts(policies, change).length > 0) return;
        for (const subject of subjects) {
          const maskOf = (own: readonly string[]): Mask | undefined =>
            policies
              .decide({
                subject,
                predicate: "read",
                object: { ...objectOf([], null), columns: [{ name: "c", dataType: "text", tags: own }] },
                context: { time: 0 },
              })
              .obligations.masks.get("c");
          expect(shows(maskOf(after))).toBeLessThanOrEqual(shows(maskOf(before)));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
