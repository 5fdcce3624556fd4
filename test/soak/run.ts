// `npm run soak -- [SUITE ...]`: whole campaigns of what `npm test` runs a little of; without names, all. Fails at the first broken promise.
import { fuzzDenies, fuzzPolicies } from "../support/policy-fuzz.ts";
import { policyProperties } from "../support/policy-properties.ts";

/** Campaigns by suite and title; each throws where its promise is broken. */
const suites: Readonly<Record<string, Readonly<Record<string, () => void | Promise<void>>>>> = {
  policy: Object.fromEntries(
    Object.entries(policyProperties).map(([title, property]) => [`policies ${title}`, () => property(100_000)]),
  ),
  fuzz: {
    "10,000 mutated policies and requests never crash, hang or are allowed by nothing": () => fuzzPolicies(10_000),
    "2,000 mutated denies never widen access": () => fuzzDenies(2_000),
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  console.error(`unknown suite \`${unknown[0]}\`; known: ${Object.keys(suites).join(", ")}`);
  process.exit(2);
}
for (const [name, campaigns] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const [title, run] of Object.entries(campaigns)) {
    const startedAt = performance.now();
    await run();
    console.log(`ok   ${name}: ${title} (${Math.round((performance.now() - startedAt) / 1000)} s)`);
  }
}
