import { type Clock, toTimestamp } from "../../shared/clock.ts";
import type { Decision, DecisionRequest } from "../../shared/decision.ts";
import { ConflictError } from "../../shared/errors.ts";
import type { LivePolicies } from "../authorization/index.ts";
import { type CompiledPolicies, compilePolicies } from "../policy/index.ts";
import { type ChangeGroup, createChangeGroups, isSameAnswer, mergeDocuments } from "../policy/safety/index.ts";
import type { PolicyDocument } from "../ports.ts";

/** How a candidate does beside the live policies of this process. */
export interface ShadowStatus {
  /** of the candidate with the live documents it stands beside */
  readonly version: string;
  readonly documents: readonly string[];
  readonly startedAt: string;
  readonly startedBy: string;
  /** decisions that both made */
  readonly compared: number;
  readonly disagreed: number;
  /** decisions that the candidate could not make */
  readonly failed: number;
  /** why the candidate does not answer at present: it does not compile beside the live policies any more */
  readonly problem: string | undefined;
  /** the biggest first */
  readonly groups: readonly ChangeGroup[];
}

/** A candidate that answers beside the live policies, without effect. */
export interface Shadow {
  /** @throws {ConflictError} one runs already */
  start(documents: readonly PolicyDocument[], by: string): ShadowStatus;
  /** What it came to; `undefined`: none ran. */
  stop(): ShadowStatus | undefined;
  status(): ShadowStatus | undefined;
}

interface Running {
  readonly documents: readonly PolicyDocument[];
  readonly startedAt: string;
  readonly startedBy: string;
  readonly groups: ReturnType<typeof createChangeGroups>;
  /** live documents that the candidate was compiled beside */
  base: readonly PolicyDocument[];
  candidate: CompiledPolicies | undefined;
  problem: string | undefined;
  isCompiling: boolean;
  version: string;
  compared: number;
  failed: number;
}

export function createShadow({ policies, clock }: { readonly policies: LivePolicies; readonly clock: Clock }): Shadow {
  let running: Running | undefined;

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
      if (!isSameAnswer(decision, after)) shadow.groups.add({ request, before: decision, after });
    } catch {
      // SECURITY: whatever the candidate does, the live answer stands
      shadow.failed++;
    }
  };

  const statusOf = (shadow: Running): ShadowStatus => {
    if (policies.documents() !== shadow.base) compile(shadow);
    return {
      version: shadow.version,
      documents: shadow.documents.map(({ kind, name }) => `${kind} ${name}`).sort(),
      startedAt: shadow.startedAt,
      startedBy: shadow.startedBy,
      compared: shadow.compared,
      disagreed: shadow.groups.count(),
      failed: shadow.failed,
      problem: shadow.problem,
      groups: shadow.groups.list(),
    };
  };

  return {
    start(documents, startedBy) {
      if (running)
        throw new ConflictError(`a candidate of \`${running.startedBy}\` runs in shadow already; stop that one first`);
      const shadow: Running = {
        documents,
        startedAt: toTimestamp(clock.now()),
        startedBy,
        groups: createChangeGroups(),
        base: [],
        candidate: undefined,
        problem: undefined,
        isCompiling: false,
        version: "",
        compared: 0,
        failed: 0,
      };
      compile(shadow);
      running = shadow;
      policies.observe((request, decision) => observe(shadow, request, decision));
      return statusOf(shadow);
    },
    stop() {
      const last = running && statusOf(running);
      running = undefined;
      policies.observe(undefined);
      return last;
    },
    status: () => running && statusOf(running),
  };
}
