import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { compilePolicies, parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import type { DecisionRequest } from "../../src/shared/decision.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const texts = [`${root}policies`, `${root}examples/quickstart`].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /^(?!.*cases).*\.yaml$/.test(name))
    .flatMap((name) => readFileSync(`${folder}/${name}`, "utf8").split(/^---$/m)),
);

/** What breaks parsers, globs and conditions. */
export const nasty: readonly string[] = [
  ..."* ** {a,b} {{{{ }}}} [!a-z] [z-a] \\ ? : :: / // # ~ null - -- --- ... & *a !!str | > ' \" ` $ ${ ${x}".split(
    " ",
  ),
  ..."{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b} **:**:**:**:**:** ********* !(!(!(true))) 1/0 9e999 -9223372036854775808".split(
    " ",
  ),
  "subject.a.b.c.d.e == object.x[0]",
  "object.x.matches('(a+)+$')",
  "[1,2,3].all(x, [1,2,3].exists(y, x == y))",
  "has(subject) && !has(object.a)",
  "\u0000",
  "\u202e",
  "😀".repeat(50),
  "a".repeat(5_000),
  "  ".repeat(200),
];

const mutation = fc.record({
  text: fc.nat(texts.length - 1),
  cuts: fc.array(
    fc.record({
      at: fc.nat(10_000),
      remove: fc.nat(20),
      put: fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 12 })),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
});
const word = fc.oneof(
  fc.constantFrom(...nasty, "read", "roles:id:user", "dataos://sales:a/b", "dataos:type:entity"),
  fc.string({ maxLength: 30 }),
);
const value = fc.oneof(
  word,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(word, { maxLength: 3 }),
);
const attributes = fc.dictionary(fc.string({ maxLength: 10 }), value, { maxKeys: 4 });
const request: fc.Arbitrary<DecisionRequest> = fc.record({
  subject: fc.record({
    id: word,
    type: fc.constant("person" as const),
    tags: fc.array(word, { maxLength: 5 }),
    attributes,
  }),
  predicate: word,
  object: fc.record({ paths: fc.array(word, { maxLength: 4 }), tags: fc.array(word, { maxLength: 4 }), attributes }),
  context: fc.record({ time: fc.oneof(fc.integer(), fc.double({ noNaN: false })) }),
});

const limitMs = 100;
const stock = texts.flatMap((text, index) => parsePolicyYaml(text, `${index}.yaml`).documents);
const live = compilePolicies(stock).policies;

/**
 * Mutated policies and random requests: nothing throws, nothing takes longer than 100 ms of processor time, and no text that is refused
 * leaves a rule of its own behind; an allow names an allow rule that the policies have.
 */
export function fuzzPolicies(runs: number): void {
  fc.assert(
    fc.property(mutation, request, ({ text, cuts }, asked) => {
      let mutated = texts[text] ?? "";
      for (const { at, remove, put } of cuts) {
        const place = at % (mutated.length + 1);
        mutated = mutated.slice(0, place) + put + mutated.slice(place + remove);
      }
      const started = process.cpuUsage();
      const { documents, problems } = parsePolicyYaml(mutated, "fuzzed.yaml");
      if (problems.length > 0 && documents.length > 0) throw new Error("a text with faults gave documents");
      for (const { message, at } of problems)
        if (!message || !at) throw new Error(`a fault without ${at ? "words" : "a place"}`);
      const own = compilePolicies(documents);
      for (const { message, at } of own.problems)
        if (!message || !at) throw new Error(`a fault without ${at ? "words" : "a place"}`);
      for (const policies of [own.policies, live]) {
        const decision = policies.decide(asked);
        if (decision.effect !== "allow") continue;
        const allows = new Set(policies.rules.filter(({ rule }) => rule.effect === "allow").map(({ rule }) => rule.id));
        if (decision.because.length === 0 || decision.because.some(({ id }) => !allows.has(id)))
          throw new Error("allowed by no allow rule");
      }
      const { user, system } = process.cpuUsage(started);
      const tookMs = (user + system) / 1_000;
      if (tookMs > limitMs) throw new Error(`took ${Math.round(tookMs)} ms`);
    }),
    { numRuns: runs },
  );
}

/** Whatever a mutated deny says: beside the others it takes away and never gives. */
export function fuzzDenies(runs: number): void {
  const base = compilePolicies(stock.filter(({ kind }) => kind !== "use-case" && kind !== "provider"));
  const spec = fc.record({
    subjects: fc.record({ tags: fc.array(word, { minLength: 1, maxLength: 3 }) }),
    predicates: fc.array(word, { minLength: 1, maxLength: 3 }),
    objects: fc.record({ paths: fc.array(word, { minLength: 1, maxLength: 3 }) }),
    conditions: fc.array(word, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(spec, request, (access, asked) => {
      const deny = {
        kind: "policy",
        name: "fuzzed-deny",
        file: "f.yaml",
        spec: { access },
        positions: new Map(),
      } as const;
      const { policies, problems } = compilePolicies([...stock, deny]);
      if (problems.length > 0) return;
      if (policies.decide(asked).effect === "allow" && base.policies.decide(asked).effect === "deny")
        throw new Error("a deny widened access");
    }),
    { numRuns: runs },
  );
}
