// `npm run soak -- [SUITE ...]`: whole campaigns of what `npm test` runs a little of; without names, all. Fails at the first broken promise.
// SOAK_SEED and SOAK_PATH tell one story of the suite `control` again, as its failure says; SOAK_STORIES: how many it tells, default 5,000.
// SOAK_CASES: how many random cases of each property of policies, default 100,000.

import { controlFollowsModel } from "../support/control-model.ts";
import { sendToDecisions } from "../support/decision-server.ts";
import { filterProperties, storeAgrees } from "../support/filter-properties.ts";
import { type FilteringStoreKind, filteringStores } from "../support/filtering-stores.ts";
import { createMemoryStore } from "../support/memory-store.ts";
import { fuzzDenies, fuzzPolicies } from "../support/policy-fuzz.ts";
import { type PolicyProperty, policyProperties } from "../support/policy-properties.ts";
import { fuzzRequests } from "../support/request-fuzz.ts";
import { searchProperties } from "../support/search-properties.ts";
import { whyNotFlips } from "../support/why-not-property.ts";

/** of each property */
const cases = Number(process.env.SOAK_CASES ?? 100_000);

/** Answers a text where it could not run: why. */
type Campaign = () => unknown;

/** Campaigns by suite and title; each throws where its promise is broken. */
const suites: Readonly<Record<string, Readonly<Record<string, Campaign>>>> = {
  policy: {
    ...campaigns("policies", policyProperties),
    ...campaigns("filters", filterProperties),
    ...Object.fromEntries(
      filteringStores.map((kind) => [`${kind.name} lists what a check of each allows`, storeCampaign(kind)]),
    ),
    ...campaigns("searches", searchProperties),
    "why-not names changes that turn the answer into allow": () => whyNotFlips(cases),
  },
  control: {
    "the controller does what a model of a few lines says": () =>
      controlFollowsModel(createMemoryStore, {
        seeds: process.env.SOAK_PATH === undefined ? Number(process.env.SOAK_STORIES ?? 5_000) : 1,
        // a path leads to its story only among stories of the same length
        maxSteps: Number(process.env.SOAK_STEPS ?? 20),
        seed: process.env.SOAK_SEED === undefined ? undefined : Number(process.env.SOAK_SEED),
        path: process.env.SOAK_PATH,
      }),
  },
  fuzz: {
    "10,000 mutated policies and requests never crash, hang or are allowed by nothing": () => fuzzPolicies(10_000),
    "10,000 broken requests over HTTP are answered, refused with a reason, and allow nobody anything": () =>
      sendToDecisions((send) => fuzzRequests(send, 10_000)),
    "2,000 mutated denies never widen access": () => fuzzDenies(2_000),
  },
};

function campaigns(what: string, properties: Readonly<Record<string, PolicyProperty>>): Record<string, Campaign> {
  return Object.fromEntries(
    Object.entries(properties).map(([title, property]) => [`${what} ${title}`, () => property(cases)]),
  );
}

function storeCampaign({ missing, open }: FilteringStoreKind): Campaign {
  return async () => {
    if (missing) return `skipped: set ${missing}`;
    const store = await open();
    await storeAgrees(store, cases).finally(() => store.close());
    return undefined;
  };
}

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
    const cpuAt = cpuSeconds();
    await run();
    console.log(
      `ok   ${name}: ${title} (${Math.round((performance.now() - startedAt) / 1000)} s, ${Math.round(cpuSeconds() - cpuAt)} s of processor time)`,
    );
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
