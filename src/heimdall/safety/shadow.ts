import type { Clock } from "../../shared/clock.ts";
import type { Decision, DecisionRequest } from "../../shared/decision.ts";
import type { IdSource } from "../../shared/ids.ts";
import type { Logger } from "../../shared/logger.ts";
import type { LivePolicies } from "../authorization/index.ts";
import { type CompiledPolicies, compilePolicies, parsePolicyYaml } from "../policy/index.ts";
import { type ChangeGroup, createChangeGroups, isSameAnswer, mergeDocuments } from "../policy/safety/index.ts";
import type { PolicyDocument, PolicyText, ShadowStore, StoredShadow } from "../ports.ts";
import { readDisagreement, writeDisagreement } from "./disagreement.ts";

/** How a candidate does beside the live policies, over all server processes; each tells of its decisions once a second. */
export interface ShadowStatus {
  /** of the candidate with the live documents it stands beside */
  readonly version: string;
  readonly documents: readonly string[];
  readonly startedAt: string;
  readonly startedBy: string;
  /** server processes that compared something, also those that ended since */
  readonly processes: number;
  /** decisions that both made */
  readonly compared: number;
  readonly disagreed: number;
  /** decisions that the candidate could not make */
  readonly failed: number;
  /** why the candidate does not answer at present: it does not compile beside the live policies any more */
  readonly problem: string | undefined;
  /** of the newest 1,000 disagreements, the biggest first */
  readonly groups: readonly ChangeGroup[];
}

/** A candidate that answers beside the live policies, without effect. It is kept in the store; each process follows that. */
export interface Shadow {
  /** @param texts that compile @throws {ConflictError} one runs already */
  start(texts: readonly PolicyText[], by: string): Promise<ShadowStatus>;
  /** What it came to; `undefined`: none ran. */
  stop(): Promise<ShadowStatus | undefined>;
  status(): Promise<ShadowStatus | undefined>;
  /** Follows the store from now on. */
  follow(): void;
  close(): Promise<void>;
}

interface Running {
  readonly stored: StoredShadow;
  readonly documents: readonly PolicyDocument[];
  /** live documents that the candidate was compiled beside */
  base: readonly PolicyDocument[];
  candidate: CompiledPolicies | undefined;
  problem: string | undefined;
  isCompiling: boolean;
  version: string;
  /** since the last report */
  compared: number;
  disagreed: number;
  failed: number;
  disagreements: { readonly id: string; readonly content: string }[];
}

const followEveryMs = 1_000;
/** disagreements in full that a process tells of at a time; more are counted */
const toldAtOnce = 200;

export function createShadow(parts: {
  readonly policies: LivePolicies;
  readonly store: ShadowStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}): Shadow {
  const { policies, store, clock, ids, logger } = parts;
  const process = ids.uuid();
  let running: Running | undefined;
  let cancel: (() => void) | undefined;
  let isClosed = false;

  const compile = (shadow: Running): void => {
    shadow.base = policies.documents();
    shadow.isCompiling = false;
    const { policies: compiled, problems } = compilePolicies(mergeDocuments(shadow.base, shadow.documents));
    shadow.candidate = problems.length === 0 ? compiled : undefined;
    shadow.problem = problems[0]?.message;
    if (problems.length === 0) shadow.version = compiled.version;
  };

  const observe = (shadow: Running, request: DecisionRequest, decision: Decision): void => {
    if (policies.documents() !== shadow.base) {
      // WHY: not here, because somebody waits for the answer; decisions until then are not compared
      if (!shadow.isCompiling) clock.schedule(0, () => shadow === running && compile(shadow));
      shadow.isCompiling = true;
      return;
    }
    if (!shadow.candidate) return;
    try {
      const after = shadow.candidate.decide(request);
      shadow.compared++;
      if (isSameAnswer(decision, after)) return;
      shadow.disagreed++;
      if (shadow.disagreements.length >= toldAtOnce) return;
      shadow.disagreements.push({ id: ids.uuid(), content: writeDisagreement({ request, before: decision, after }) });
    } catch {
      // SECURITY: whatever the candidate does, the live answer stands
      shadow.failed++;
    }
  };

  const load = (stored: StoredShadow): Running => {
    const documents = stored.texts.flatMap(({ text, file }) => parsePolicyYaml(text, file).documents);
    const counts = { compared: 0, disagreed: 0, failed: 0, disagreements: [] };
    const state = { base: [], candidate: undefined, problem: undefined, isCompiling: false, version: "" };
    const shadow: Running = { stored, documents, ...state, ...counts };
    compile(shadow);
    return shadow;
  };

  /** Brings this process to what the store says. */
  const catchUp = async (): Promise<void> => {
    if ((await store.currentId()) === running?.stored.id) return;
    const stored = await store.current();
    const shadow = stored && load(stored);
    running = shadow;
    policies.observe(shadow && ((request, decision) => observe(shadow, request, decision)));
  };

  const report = async (): Promise<void> => {
    const shadow = running;
    if (!shadow || shadow.compared + shadow.failed === 0) return;
    const { compared, disagreed, failed, disagreements } = shadow;
    Object.assign(shadow, { compared: 0, disagreed: 0, failed: 0, disagreements: [] });
    try {
      await store.report(shadow.stored.id, process, { compared, disagreed, failed }, disagreements);
    } catch (error) {
      shadow.compared += compared;
      shadow.disagreed += disagreed;
      shadow.failed += failed;
      shadow.disagreements = [...disagreements, ...shadow.disagreements].slice(-toldAtOnce);
      throw error;
    }
  };

  // INVARIANT: one step at a time, so that nothing is reported twice and no older state is followed
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };

  const statusOf = async (shadow: Running): Promise<ShadowStatus> => {
    if (policies.documents() !== shadow.base) compile(shadow);
    await report();
    const { disagreements, ...counts } = await store.results(shadow.stored.id);
    const groups = createChangeGroups();
    for (const content of disagreements) groups.add(readDisagreement(content));
    return {
      ...counts,
      version: shadow.version,
      documents: shadow.documents.map(({ kind, name }) => `${kind} ${name}`).sort(),
      startedAt: shadow.stored.startedAt,
      startedBy: shadow.stored.startedBy,
      problem: shadow.problem,
      groups: groups.list(),
    };
  };
  const status = async (): Promise<ShadowStatus | undefined> => {
    await catchUp();
    return running && statusOf(running);
  };

  const poll = (): void => {
    cancel = clock.schedule(followEveryMs, () => {
      void inTurn(async () => {
        await report();
        await catchUp();
      })
        .catch((error: unknown) =>
          logger.warn({ err: error }, "the candidate in shadow could not be followed; tried again"),
        )
        .finally(() => {
          if (!isClosed) poll();
        });
    });
  };

  return {
    start: (texts, by) =>
      inTurn(async () => {
        await store.start(ids.uuid(), texts, by);
        return (await status()) as ShadowStatus;
      }),
    stop: () =>
      inTurn(async () => {
        const ended = await status();
        if (running) await store.stop(running.stored.id);
        await catchUp();
        return ended;
      }),
    status: () => inTurn(status),
    follow: poll,
    async close() {
      isClosed = true;
      cancel?.();
      await inTurn(report);
      policies.observe(undefined);
    },
  };
}
