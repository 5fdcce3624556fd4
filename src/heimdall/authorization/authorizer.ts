import { createHash } from "node:crypto";
import type { Clock } from "../../shared/clock.ts";
import type {
  AttributeValue,
  Decision,
  DecisionContext,
  DecisionObject,
  DecisionRequest,
  Subject,
} from "../../shared/decision.ts";
import { ForbiddenError, UnavailableError } from "../../shared/errors.ts";
import type { IdSource } from "../../shared/ids.ts";
import { allObjects, type ObjectFilter } from "../../shared/object-filter.ts";
import type {
  AuditEntry,
  AuditItem,
  AuditLog,
  Authorizer,
  CallContext,
  DecisionQuestion,
  GrantUses,
  ObjectSource,
} from "../ports.ts";
import { createAbilities } from "./ability.ts";
import { type Action, actions } from "./actions.ts";
import { type Authorized, issueAuthorized } from "./authorized.ts";
import { describeAction, typeTagOf } from "./describe-action.ts";
import type { LivePolicies } from "./live-policies.ts";
import { findPolicyFacts } from "./policy-facts.ts";
import { spendSingleUse } from "./single-use.ts";

const maxFilterText = 4000;
/** most answers on one record, so that its size and its list of objects are bounded */
const maxItems = 100;
/** what questions are asked about: made once, so that the policies know them again */
const asking = {
  "decision.ask": describeAction("decision.ask"),
  "decision.askForOthers": describeAction("decision.askForOthers"),
} as const;

/** The one place that decides for the rest of the server, and records each decision before it is acted on. */
export function createAuthorizer(parts: {
  readonly policies: LivePolicies;
  readonly audit: Pick<AuditLog, "append">;
  readonly objects: ObjectSource;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** without it, grants for a single use give nothing */
  readonly grantUses?: GrantUses;
}): Authorizer {
  const { policies, audit, objects, clock, ids, grantUses } = parts;
  const abilities = createAbilities();
  let lastAdmission: KnownAdmission | undefined;

  const decideOne = (
    subject: Subject | { readonly unknownId: string },
    predicate: string,
    object: DecisionObject,
    context: DecisionContext,
    collection?: string,
  ): Decision => {
    const live = policies.current();
    if (!live) return refusal("policy-stale", "");
    if ("unknownId" in subject) return refusal("unknown-subject", live.version);
    return live.decide({ subject, predicate, object, context, ...(collection === undefined ? {} : { collection }) });
  };

  /** WHY the last one is kept: a busy service asks many times within a millisecond, and nothing else differs. */
  const admit = (call: CallContext, action: keyof typeof asking): Decision => {
    const live = policies.current();
    const { subject, ip } = call;
    const time = clock.now();
    const isSame =
      lastAdmission !== undefined &&
      lastAdmission.live === live &&
      lastAdmission.time === time &&
      lastAdmission.subject === subject &&
      lastAdmission.ip === ip &&
      lastAdmission.action === action;
    if (lastAdmission && isSame) return lastAdmission.decision;
    const context = ip === undefined ? { time } : { time, ip };
    const decision = decideOne(subject, actions[action].predicate, asking[action], context);
    lastAdmission = { live, time, subject, ip, action, decision };
    return decision;
  };

  /** What a grant for a single use gives where nothing else does. */
  const spend = (denied: Decision, request: DecisionRequest, call: CallContext): Promise<Decision> | Decision => {
    const singleUse = denied.denyReason === "no-matching-allow" ? policies.singleUse() : undefined;
    if (!singleUse || !grantUses) return denied;
    return spendSingleUse(denied, request, singleUse, grantUses, call.requestId);
  };

  const contextFor = ({ subject, context: said }: DecisionQuestion, call: CallContext): DecisionContext => {
    // the caller's own address says nothing of somebody else's
    const own = idOf(subject) === call.subject.id ? contextOf(call, clock) : { time: clock.now() };
    return (said ? { ...own, ...said } : own) as DecisionContext;
  };

  /** WHY: what needs nothing from a store is answered within one turn of the event loop. */
  const answerAll = (
    call: CallContext,
    questions: readonly DecisionQuestion[],
    stopAt?: Decision["effect"],
  ): readonly Answered[] | Promise<readonly Answered[]> => {
    const known = recallObjects(questions);
    if (!known || (grantUses && policies.singleUse())) return answerLater(call, questions, stopAt);
    const answers: Answered[] = [];
    for (let place = 0; place < questions.length; place++) {
      const question = questions[place] as DecisionQuestion;
      const object = known[place] as DecisionObject;
      const { subject, predicate, collection } = question;
      const decision = decideOne(subject, predicate, object, contextFor(question, call), collection);
      answers.push({ subjectId: idOf(subject), predicate, object, decision });
      if (decision.effect === stopAt) break;
    }
    return answers;
  };

  const recallObjects = (questions: readonly DecisionQuestion[]): readonly DecisionObject[] | undefined => {
    const known: DecisionObject[] = [];
    for (const { object } of questions) {
      const recalled = object.paths.length === 0 ? object : objects.recall?.(object);
      if (!recalled) return undefined;
      known.push(recalled);
    }
    return known;
  };

  const answerLater = async (
    call: CallContext,
    questions: readonly DecisionQuestion[],
    stopAt?: Decision["effect"],
  ): Promise<readonly Answered[]> => {
    const known: DecisionObject[] = [];
    for (const { object } of questions) known.push(object.paths.length > 0 ? await describe(object) : object);
    // from here on without a turn of the event loop (but for grants for a single use), so that one version answers all
    const answers: Answered[] = [];
    for (const [index, question] of questions.entries()) {
      const { subject, predicate, collection } = question;
      const object = known[index] as DecisionObject;
      const context = contextFor(question, call);
      let decision = decideOne(subject, predicate, object, context, collection);
      if (decision.effect === "deny" && !("unknownId" in subject)) {
        const request = { subject, predicate, object, context, ...(collection === undefined ? {} : { collection }) };
        const spent = spend(decision, request, call);
        decision = spent instanceof Promise ? await spent : spent;
      }
      answers.push({ subjectId: idOf(subject), predicate, object, decision });
      if (decision.effect === stopAt) break;
    }
    return answers;
  };

  const describe = (object: DecisionObject): DecisionObject | Promise<DecisionObject> =>
    objects.recall?.(object) ?? objects.describe(object);

  /** One answer is a record of its own; several are the items of one for each 100. */
  const recordAnswers = (
    call: CallContext,
    answers: readonly Answered[],
    admission?: Admission,
  ): Promise<readonly Decision[]> => {
    const [only] = answers;
    if (only && answers.length === 1) {
      const decisionId = ids.uuid();
      const recorded = audit.append(toEntry(call, only, decisionId, admission));
      return recorded.then(() => [{ ...only.decision, decisionId }]);
    }
    return recordBatch(call, answers, admission);
  };

  const recordBatch = async (
    call: CallContext,
    answers: readonly Answered[],
    admission?: Admission,
  ): Promise<readonly Decision[]> => {
    const stored: Promise<unknown>[] = [];
    const decisions: Decision[] = [];
    // a call without a readable question is on record too
    for (let start = 0; start === 0 || start < answers.length; start += maxItems) {
      const decisionId = ids.uuid();
      const some = answers.slice(start, start + maxItems);
      stored.push(audit.append(toBatchEntry(call, some, decisionId, admission)));
      for (const [place, { decision }] of some.entries()) {
        decisions.push({ ...decision, decisionId: `${decisionId}.${place}` });
      }
    }
    await Promise.all(stored);
    return decisions;
  };

  return {
    async authorize<A extends Action>(call: CallContext, action: A, object?: DecisionObject): Promise<Authorized<A>> {
      const decisionId = ids.uuid();
      const known = object && object.paths.length > 0 ? await objects.describe(object) : object;
      const asked = describeAction(action, known);
      const { predicate } = actions[action];
      const context = contextOf(call, clock);
      const decided = decideOne(call.subject, predicate, asked, context);
      const decision = await spend(decided, { subject: call.subject, predicate, object: asked, context }, call);
      await audit.append({
        ...recordOf(call, action, asked.paths.length > 0 ? asked.paths : [typeTagOf(action)], decisionId),
        ...outcomeOf(decision),
      });
      if (decision.effect === "deny") throw errorOf(decision, call.subject, predicate, asked, decisionId);
      const { policyVersion } = decision;
      return issueAuthorized({
        subject: call.subject,
        action,
        object: known,
        decisionId,
        policyVersion,
        filter: allObjects,
      });
    },

    async authorizeList<A extends Action>(call: CallContext, action: A): Promise<Authorized<A>> {
      const decisionId = ids.uuid();
      const live = policies.current();
      const record = recordOf(call, action, [typeTagOf(action)], decisionId);
      if (!live) {
        const decision = refusal("policy-stale", "");
        await audit.append({ ...record, ...outcomeOf(decision) });
        throw errorOf(decision, call.subject, actions[action].predicate, describeAction(action), decisionId);
      }
      const filter = abilities
        .for(live, call.subject)
        .filterFor(actions[action].predicate, contextOf(call, clock), [typeTagOf(action)]);
      await audit.append({
        ...record,
        outcome: filter.op === "none" ? "deny" : "allow",
        policyVersion: live.version,
        details: { filter: summarize(filter) },
      });
      return issueAuthorized({
        subject: call.subject,
        action,
        object: undefined,
        decisionId,
        policyVersion: live.version,
        filter,
      });
    },

    async decide(call, questions) {
      return recordAnswers(call, await answerAll(call, questions));
    },

    async answer(call, action, questions, stopAt) {
      const asked = asking[action];
      const { predicate } = actions[action];
      const admission = admit(call, action);
      if (admission.effect === "deny") {
        const decisionId = ids.uuid();
        await audit.append({ ...recordOf(call, action, asked.tags, decisionId), ...outcomeOf(admission) });
        throw errorOf(admission, call.subject, predicate, asked, decisionId);
      }
      const answers = answerAll(call, questions, stopAt);
      return recordAnswers(call, answers instanceof Promise ? await answers : answers, {
        action,
        admittedBy: admission.because.map(({ id }) => id),
      });
    },

    policyFacts(before, after) {
      const live = policies.current();
      // SECURITY: while the policies are unknown, anything may be what they look at
      return live
        ? findPolicyFacts(policies.singleUse()?.policies ?? live, before, after)
        : ["the policies, which are not loaded"];
    },

    check(call, predicate, object) {
      const live = policies.current();
      return live !== undefined && abilities.for(live, call.subject).can(predicate, object, contextOf(call, clock));
    },
  };
}

/** A question with its answer. */
interface Answered {
  readonly subjectId: string;
  readonly predicate: string;
  readonly object: DecisionObject;
  readonly decision: Decision;
}

/** Everything that an admission depends on, and what it was. */
interface KnownAdmission {
  readonly live: unknown;
  readonly time: number;
  readonly subject: Subject;
  readonly ip: string | undefined;
  readonly action: Action;
  readonly decision: Decision;
}

/** What let a caller ask. */
interface Admission {
  readonly action: Action;
  /** ids of rules */
  readonly admittedBy: readonly string[];
}

function toEntry(
  call: CallContext,
  { subjectId, predicate, object, decision }: Answered,
  decisionId: string,
  admission: Admission | undefined,
): AuditEntry {
  const outcome = outcomeOf(decision);
  const { details } = outcome;
  if (admission) {
    details.admittedAs = admission.action;
    details.admittedBy = admission.admittedBy;
  }
  details.subject = subjectId;
  return { ...recordOf(call, predicate, object.paths, decisionId), ...outcome };
}

/** Its outcome is deny where one of the answers is. */
function toBatchEntry(
  call: CallContext,
  answers: readonly Answered[],
  decisionId: string,
  admission: Admission | undefined,
): AuditEntry {
  const { policyVersion = "" } = answers[0]?.decision ?? {};
  return {
    ...recordOf(
      call,
      admission?.action ?? "decision.ask",
      [...new Set(answers.flatMap(({ object }) => object.paths))],
      decisionId,
    ),
    type: "decisions",
    outcome: answers.some(({ decision }) => decision.effect === "deny") ? "deny" : "allow",
    policyVersion,
    ...(admission && { details: { admittedBy: admission.admittedBy } }),
    items: answers.map(({ subjectId, predicate, object, decision }) => toItem(subjectId, predicate, object, decision)),
  };
}

function toItem(subject: string, action: string, object: DecisionObject, decision: Decision): AuditItem {
  const { effect, because, denyReason, problems } = decision;
  // in the order of canonical JSON, which spares the sorting
  return {
    action,
    object: object.paths,
    outcome: effect,
    ...(problems.length > 0 && { problems }),
    ...(denyReason !== undefined && { reason: denyReason }),
    ...(because.length > 0 && { rules: because.map(({ id }) => id) }),
    subject,
  };
}

function idOf(subject: DecisionQuestion["subject"]): string {
  return "unknownId" in subject ? subject.unknownId : subject.id;
}

function contextOf(call: CallContext, clock: Clock): DecisionContext {
  return { time: clock.now(), ...(call.ip === undefined ? {} : { ip: call.ip }) };
}

function refusal(denyReason: "policy-stale" | "unknown-subject", policyVersion: string): Decision {
  const obligations = { masks: new Map(), rowFilter: undefined };
  return { effect: "deny", denyReason, because: [], obligations, problems: [], policyVersion };
}

function recordOf(call: CallContext, action: string, object: readonly string[], decisionId: string) {
  return {
    type: "decision",
    actor: call.subject.id,
    action,
    object,
    decisionId,
    requestId: call.requestId,
    ...(call.ip === undefined ? {} : { ip: call.ip }),
  } satisfies Partial<AuditEntry>;
}

function outcomeOf(
  decision: Decision,
): Pick<AuditEntry, "outcome" | "policyVersion" | "rules"> & { details: Record<string, AttributeValue> } {
  const { effect, policyVersion, because, denyReason, problems } = decision;
  const details: Record<string, AttributeValue> = {};
  if (denyReason !== undefined) details.reason = denyReason;
  if (problems.length > 0) details.problems = problems;
  return { outcome: effect, policyVersion, rules: because.map(({ id }) => id), details };
}

/** The filter as text; of a long one the beginning and a hash of the whole. */
function summarize(filter: ObjectFilter): string {
  const text = JSON.stringify(filter);
  if (text.length <= maxFilterText) return text;
  return `${text.slice(0, maxFilterText)}… sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function errorOf(
  decision: Decision,
  subject: Subject,
  predicate: string,
  object: DecisionObject,
  decisionId: string,
): Error {
  const what = object.paths[0] ?? object.tags[0] ?? "this";
  if (decision.denyReason === "policy-stale") {
    return new UnavailableError(
      "the policies could not be verified lately, so nothing is allowed; try again in a moment",
    );
  }
  const [rule] = decision.because;
  const why = rule
    ? `rule \`${rule.id}\` denies it${rule.reason === undefined ? "" : ` (${rule.reason})`}`
    : decision.denyReason === "indeterminate"
      ? "a rule could not be evaluated"
      : "no policy allows it";
  return new ForbiddenError(`\`${subject.id}\` may not \`${predicate}\` \`${what}\`: ${why}`, decisionId);
}
