import fc from "fast-check";
import type { ResourceType } from "../../src/control/ports.ts";
import { DataOsError, UnavailableError } from "../../src/shared/errors.ts";
import { createManualClock, type ManualClock } from "./clock.ts";
import { createTestControl, type TestControl } from "./control.ts";
import type { StateStore } from "./state.ts";

/** What may happen to a controller; `slot` says to which of a few resources. */
type Step =
  | {
      readonly do: "apply";
      readonly kind: "secret" | "depot" | "role" | "workflow";
      readonly slot: number;
      readonly variant: number;
    }
  | {
      readonly do: "delete";
      readonly kind: "secret" | "depot" | "role" | "workflow";
      readonly slot: number;
      readonly force: boolean;
    }
  | { readonly do: "rollback"; readonly kind: "depot" | "role"; readonly slot: number }
  | { readonly do: "crash" | "restart" }
  | { readonly do: "clock"; readonly ms: number }
  | { readonly do: "source"; readonly slot: number; readonly answers: boolean };

const slots = 2;
const slot = fc.nat({ max: slots - 1 });
const anyKind = fc.constantFrom("secret", "depot", "role", "workflow");
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("apply"), kind: anyKind, slot, variant: fc.nat({ max: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("delete"), kind: anyKind, slot, force: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rollback"), kind: fc.constantFrom("depot", "role"), slot }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("crash", "restart") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("clock"),
      ms: fc.constantFrom(-3_600_000, 1, 1_500, 61_000, 400_000, 86_400_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("source"), slot, answers: fc.boolean() }) },
) as fc.Arbitrary<Step>;

type Kind = Extract<Step, { do: "apply" }>["kind"];

/** What must be there: the manifest in its present variant, and all that it has been. */
interface Wanted {
  variant: number;
  generation: number;
  readonly past: number[];
}

const types: Readonly<Record<Kind, ResourceType>> = {
  secret: "instance-secret",
  depot: "depot",
  role: "role",
  workflow: "workflow",
};

function manifest(kind: Kind, at: number, variant: number): string {
  const head = `version: ${kind === "depot" ? "v2alpha" : "v1"}\ntype: ${types[kind]}\ndescription: variant ${variant}\n`;
  switch (kind) {
    case "secret":
      return `name: secret${at}\n${head}instance-secret: {type: key-value-properties, acl: r, data: {username: u, password: p${variant}}}\n`;
    case "depot":
      return `name: depot${at}\n${head}depot: {type: postgresql, secrets: [{name: secret${at}}], postgresql: {host: h${at}, port: 5432, database: d${variant}}}\n`;
    case "role":
      return `name: role${at}\n${head}role: {}\n`;
    case "workflow":
      return `name: workflow${at}\nversion: v1\ntype: workflow\ndescription: variant ${variant}\nworkflow: {dag: [{name: only, spec: {stack: "count:1.0", stackSpec: {key: w${at}}}}]}\n`;
  }
}

/**
 * Drives the real controller over `store` through `steps` beside a model of a few lines, and throws where they part: at each step what
 * is accepted and refused, at the end what there is, what was done to the world and how often.
 */
async function followModel(store: StateStore, steps: readonly Step[]): Promise<void> {
  const clock: ManualClock = createManualClock();
  const state = await store.open(clock);
  const wanted = new Map<string, Wanted>();
  const silent = new Set<string>();
  /** ids of runs -> the processes that carried their job out, one entry for each time */
  const carriedOut = new Map<string, number[]>();
  /** ids of runs that were on record as succeeded when a process ended */
  const recorded = new Map<string, number>();
  let starts = 0;
  const start = async (): Promise<TestControl> => {
    const process = starts++;
    const test = await createTestControl(state, {
      clock,
      seed: `process-${process}`,
      health: async ({ host }) => {
        if (silent.has(host)) throw new UnavailableError(`\`${host}\` does not answer`);
        return { version: "PostgreSQL 18.1", latencyMs: 1 };
      },
      stacks: [
        {
          stack: "count",
          version: "1.0",
          check: () => [],
          async run({ runId }) {
            carriedOut.set(runId, [...(carriedOut.get(runId) ?? []), process]);
            return {};
          },
        },
      ],
    });
    await test.control.start();
    return test;
  };
  let test = await start();
  try {
    for (const step of steps) await take(step);
    await settle();
    await compare();
  } finally {
    await test.control.stop();
    await state.close();
  }

  async function take(step: Step): Promise<void> {
    switch (step.do) {
      case "apply": {
        const key = `${step.kind}${step.slot}`;
        const known = wanted.get(key);
        const [applied] = await retry(() => test.apply("root", manifest(step.kind, step.slot, step.variant)));
        const outcome = known === undefined ? "created" : known.variant === step.variant ? "unchanged" : "updated";
        same(applied?.outcome, outcome, `outcome of applying ${key}`);
        if (known === undefined) wanted.set(key, { variant: step.variant, generation: 1, past: [] });
        else if (outcome === "updated") change(known, step.variant);
        same(applied?.generation, wanted.get(key)?.generation, `generation of ${key}`);
        return;
      }
      case "delete": {
        const key = `${step.kind}${step.slot}`;
        const isNeeded = step.kind === "secret" && wanted.has(`depot${step.slot}`);
        const expected = !wanted.has(key) ? "NOT_FOUND" : isNeeded && !step.force ? "CONFLICT" : "done";
        const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
        same(
          await outcomeOf(test.control.delete(auth, refOf(key), { force: step.force })),
          expected,
          `deleting ${key}`,
        );
        if (expected !== "done") return;
        wanted.delete(key);
        await test.control.whenIdle();
        // a workflow whose run has not ended goes a moment later
        for (let round = 0; round < 20 && (await isThere(key)); round++) await wait(1_000);
        return;
      }
      case "rollback": {
        const key = `${step.kind}${step.slot}`;
        const known = wanted.get(key);
        const expected = known === undefined || known.past.length === 0 ? "NOT_FOUND" : "done";
        const request = { ref: refOf(key), to: undefined, ifVersion: undefined, dryRun: false };
        same(await outcomeOf(test.control.rollback(await test.call("root"), request)), expected, `rolling back ${key}`);
        const before = known?.past.at(-1);
        if (known && before !== undefined && before !== known.variant) change(known, before);
        return;
      }
      case "crash":
        await noteRecorded();
        // what was under way is dropped where it is; the next process finds what was stored
        void test.control.stop();
        test = await start();
        return;
      case "restart":
        await test.control.stop();
        test = await start();
        return;
      case "clock":
        if (step.ms < 0) clock.set(clock.now() + step.ms);
        else await wait(step.ms);
        return;
      case "source":
        if (step.answers) silent.delete(`h${step.slot}`);
        else silent.add(`h${step.slot}`);
    }
  }

  async function noteRecorded(): Promise<void> {
    for (const key of wanted.keys()) {
      if (!key.startsWith("workflow")) continue;
      for (const { id, state: how } of await test.runs(key)) {
        if (how === "succeeded" && !recorded.has(id)) recorded.set(id, starts - 1);
      }
    }
  }

  /** Lets faults end and time go on until nothing moves any more. */
  async function settle(): Promise<void> {
    silent.clear();
    for (let round = 0; round < 8; round++) await wait(301_000);
  }

  async function wait(ms: number): Promise<void> {
    clock.advance(ms);
    await test.control.whenIdle();
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    await test.control.whenIdle();
  }

  async function compare(): Promise<void> {
    const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.read");
    const { items } = await test.control.list(auth, {}, { first: 100, after: undefined });
    const found = items.map(({ node }) => node);
    same(
      found.map(({ ref }) => ref.name).sort(),
      [...wanted.keys()].sort(),
      `what there is (${JSON.stringify(found.map(({ ref, phase, conditions, generation, resourceVersion }) => [ref.name, phase, generation, resourceVersion, conditions]))})`,
    );
    for (const resource of found) {
      const key = resource.ref.name;
      const model = wanted.get(key);
      same(resource.description, `variant ${model?.variant}`, `manifest of ${key}`);
      same(
        [resource.generation, resource.observedGeneration],
        [model?.generation, model?.generation],
        `generations of ${key}`,
      );
      const isMissing = key.startsWith("depot") && !wanted.has(key.replace("depot", "secret"));
      same(resource.phase, isMissing ? "Pending" : "Active", `phase of ${key}: ${JSON.stringify(resource.conditions)}`);
      const versions = await test.control.versions(auth, resource.ref);
      same(
        versions.map(({ generation }) => generation),
        range(resource.generation),
        `history of ${key}`,
      );
      if (key.startsWith("workflow")) await compareRuns(key, resource.generation);
    }
    const times = [...carriedOut].filter(([, by]) => new Set(by).size !== by.length);
    same(times, [], "runs whose job one process did more than once");
    // a process that ends between a job's end and its record leaves the job to be done again, and no other
    const again = [...recorded].filter(([id, process]) => carriedOut.get(id)?.some((by) => by > process));
    same(again, [], "runs that were done again although they were on record as done");
    for (const at of range(slots).map((one) => one - 1)) {
      const place = { workspace: undefined, kind: "instance-secret", name: `secret${at}` };
      const stored = await test.secrets.fields(place);
      same(stored !== undefined, wanted.has(`secret${at}`), `whether values of secret${at} are stored`);
    }
  }

  /** Each generation that was reached ran at most once, the newest one exactly once. */
  async function compareRuns(workflow: string, generation: number): Promise<void> {
    const runs = (await test.runs(workflow)).filter(({ trigger }) => trigger !== "rerun");
    const newest = runs.filter((run) => run.generation === generation);
    // the clock may have jumped over a job's time limit while it was at work
    const hasEnded = (run: (typeof newest)[number]): boolean =>
      run.state === "succeeded" || (run.state === "failed" && /it took longer than/.test(run.message ?? ""));
    same(newest.some(hasEnded), true, `whether ${workflow} ran: ${JSON.stringify(runs)}`);
  }

  async function isThere(key: string): Promise<boolean> {
    const { type, name, workspace } = refOf(key);
    return (await outcomeOf(test.get(type, name, workspace))) === "done";
  }

  /** What is on its way out is applied again when it is gone. */
  async function retry<T>(work: () => Promise<T>): Promise<T> {
    for (let round = 0; ; round++) {
      try {
        return await work();
      } catch (error) {
        if (round === 20 || !(error instanceof DataOsError) || error.code !== "CONFLICT") throw error;
        await wait(1_000);
      }
    }
  }
}

function change(known: Wanted, variant: number): void {
  known.past.push(known.variant);
  known.variant = variant;
  known.generation++;
}

function refOf(key: string): { type: ResourceType; name: string; workspace: string | undefined } {
  const type = types[key.replace(/\d+$/, "") as Kind];
  return { type, name: key, workspace: type === "workflow" ? "public" : undefined };
}

const range = (to: number): number[] => Array.from({ length: to }, (_, index) => to - index);

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (error instanceof DataOsError) return error.code;
    throw error;
  }
}

function same(found: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: the controller has ${left}, the model ${right}`);
}

/** Random stories of at most `maxSteps`; a failing one says how it is told again. */
export async function controlFollowsModel(
  makeStore: () => Promise<StateStore>,
  options: {
    readonly seeds: number;
    readonly maxSteps: number;
    readonly seed?: number | undefined;
    readonly path?: string | undefined;
    readonly limitMs?: number;
  },
): Promise<void> {
  const property = fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: options.maxSteps }), async (steps) => {
    await followModel(await makeStore(), steps);
  });
  const result = await fc.check(property, {
    numRuns: options.seeds,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.path === undefined ? {} : { path: options.path }),
    endOnFailure: false,
    ...(options.limitMs === undefined ? {} : { interruptAfterTimeLimit: options.limitMs }),
  });
  if (!result.failed) return;
  const replay = `SOAK_SEED=${result.seed} SOAK_PATH=${result.counterexamplePath} SOAK_STEPS=${options.maxSteps} npm run soak -- control`;
  const story = JSON.stringify(result.counterexample?.[0]);
  throw new Error(`${String(result.errorInstance)}\nstory: ${story}\ntell it again: ${replay}`);
}
