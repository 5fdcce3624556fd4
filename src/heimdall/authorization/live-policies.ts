import type { Clock } from "../../shared/clock.ts";
import type { Decision, DecisionRequest } from "../../shared/decision.ts";
import { formatProblem } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { CompiledPolicies } from "../policy/index.ts";
import type { PolicyDocument, PolicySource } from "../ports.ts";
import { compileGradually } from "./compile-gradually.ts";
import type { SingleUse } from "./single-use.ts";

/** The policies that answer now. */
export interface LivePolicies {
  /** `undefined`: never loaded, or last verified more than 5 minutes ago; then everything is denied. */
  current(): CompiledPolicies | undefined;
  /** Documents that come with the server; their names are taken. */
  readonly builtIn: readonly PolicyDocument[];
  /** What `current` was compiled from, built-in documents included. */
  documents(): readonly PolicyDocument[];
  /** Grants that decide once, where there are any. `current` and what it lists know nothing of them. */
  singleUse(): SingleUse | undefined;
  /**
   * Loads what the source has now, so that a change that was stored before the call answers after it.
   * @throws {UnavailableError} and whatever else the source throws; the former policies stay
   */
  refresh(): Promise<void>;
  /**
   * Tells `observer` of each decision that `current` makes from now on; `undefined`: nobody, at no cost. It must not throw, and cannot
   * change an answer.
   */
  observe(observer: DecisionObserver | undefined): void;
  /** `current` for questions that nobody asked for himself: no observer sees them. */
  unobserved(): CompiledPolicies | undefined;
  /** Refreshes twice a second from now on. */
  start(): void;
  stop(): void;
}

/** Sees what was asked and answered. */
export type DecisionObserver = (request: DecisionRequest, decision: Decision) => void;

// WHY: every process is to follow within a second; asking costs one indexed read
const pollMs = 500;
const staleAfterMs = 5 * 60 * 1000;

/**
 * Compiles the built-in documents with those of `source`, and swaps the result in at once as a whole.
 * SECURITY: documents that do not compile never become live; the last verified policies answer for at most 5 minutes more.
 */
export function createLivePolicies(parts: {
  readonly builtIn: readonly PolicyDocument[];
  readonly source: PolicySource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** collections in which an allow beats a deny */
  readonly allowOverrides?: readonly string[];
  /** called after each swap */
  readonly onSwap?: (version: string, formerVersion: string | undefined) => void;
}): LivePolicies {
  const { builtIn, source, clock, logger } = parts;
  const options = parts.allowOverrides === undefined ? {} : { allowOverrides: parts.allowOverrides };
  let live: { readonly policies: CompiledPolicies; readonly documents: readonly PolicyDocument[] } | undefined;
  let observer: DecisionObserver | undefined;
  /** `live.policies`, watched where there is an observer */
  let answering: CompiledPolicies | undefined;
  let singleUse: SingleUse | undefined;
  let verifiedAt = 0;
  let liveVersion: string | undefined;
  let faultyVersion: string | undefined;

  const isVerified = (): boolean => clock.now() - verifiedAt <= staleAfterMs;
  const load = async (): Promise<void> => {
    const askedAt = clock.now();
    const version = await source.version();
    if (version === liveVersion) {
      verifiedAt = askedAt;
      return;
    }
    if (version === faultyVersion) return;
    const loaded = [...builtIn, ...(await source.load())];
    const documents = loaded.filter(({ use }) => use === undefined);
    const once = loaded.filter(({ use }) => use !== undefined);
    const { policies, problems: own } = await compileGradually(documents, options);
    const wider = once.length === 0 ? undefined : await compileGradually(loaded, options);
    const problems = [...own, ...(wider?.problems ?? [])];
    if (problems.length > 0) {
      faultyVersion = version;
      logger.error({ problems: problems.map(formatProblem) }, "policies do not compile; the former ones stay");
      return;
    }
    const former = live?.policies.version;
    live = { policies, documents };
    singleUse = wider && { policies: wider.policies, documents: once };
    answering = observedBy(observer, policies);
    liveVersion = version;
    faultyVersion = undefined;
    verifiedAt = askedAt;
    if (policies.version !== former) {
      logger.info({ version: policies.version, rules: policies.rules.length }, "policies swapped");
      parts.onSwap?.(policies.version, former);
    }
  };

  // one load at a time, and one more for all who came while it ran: what they stored may be newer than what it read
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    const begin = (): Promise<void> => {
      next = undefined;
      running = load().finally(() => {
        running = undefined;
      });
      return running;
    };
    if (!running) return begin();
    next ??= running.then(begin, begin);
    return next;
  };

  let cancel: (() => void) | undefined;
  let polling = false;
  const poll = (): void => {
    cancel = clock.schedule(pollMs, () => {
      refresh()
        .catch((error: unknown) => logger.warn({ error }, "policies could not be loaded; the former ones stay"))
        .finally(() => {
          if (polling) poll();
        });
    });
  };

  return {
    builtIn,
    current: () => (isVerified() ? answering : undefined),
    unobserved: () => (isVerified() ? live?.policies : undefined),
    documents: () => live?.documents ?? builtIn,
    singleUse: () => (isVerified() ? singleUse : undefined),
    refresh,
    observe(wanted) {
      observer = wanted;
      answering = live && observedBy(observer, live.policies);
    },
    start() {
      if (polling) return;
      polling = true;
      poll();
    },
    stop() {
      polling = false;
      cancel?.();
    },
  };
}

/** WHY a wrapper: while nobody watches, decisions do not even ask whether somebody does. */
function observedBy(observer: DecisionObserver | undefined, policies: CompiledPolicies): CompiledPolicies {
  if (!observer) return policies;
  return {
    ...policies,
    decide(request) {
      const decision = policies.decide(request);
      observer(request, decision);
      return decision;
    },
  };
}
