import { createHash } from "node:crypto";
import type { Clock } from "../../shared/clock.ts";
import type { AttributeValue, Decision, DecisionContext, DecisionObject, Subject } from "../../shared/decision.ts";
import { ForbiddenError, UnavailableError } from "../../shared/errors.ts";
import type { IdSource } from "../../shared/ids.ts";
import { allObjects, type ObjectFilter } from "../../shared/object-filter.ts";
import type { AuditEntry, AuditLog, Authorizer, CallContext, DecisionQuestion, ObjectSource } from "../ports.ts";
import { createAbilities } from "./ability.ts";
import { type Action, actions } from "./actions.ts";
import { type Authorized, issueAuthorized } from "./authorized.ts";
import { describeAction, typeTagOf } from "./describe-action.ts";
import type { LivePolicies } from "./live-policies.ts";

const maxFilterText = 4000;

/** The one place that decides for the rest of the server, and records each decision before it is acted on. */
export function createAuthorizer(parts: {
  readonly policies: LivePolicies;
  readonly audit: Pick<AuditLog, "append">;
  readonly objects: ObjectSource;
  readonly clock: Clock;
  readonly ids: IdSource;
}): Authorizer {
  const { policies, audit, objects, clock, ids } = parts;
  const abilities = createAbilities();

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

  return {
    async authorize<A extends Action>(call: CallContext, action: A, object?: DecisionObject): Promise<Authorized<A>> {
      const decisionId = ids.uuid();
      const known = object && object.paths.length > 0 ? await objects.describe(object) : object;
      const asked = describeAction(action, known);
      const { predicate } = actions[action];
      const decision = decideOne(call.subject, predicate, asked, contextOf(call, clock));
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

    async decide(call: CallContext, questions: readonly DecisionQuestion[]): Promise<readonly Decision[]> {
      // together, so that their records share one commit
      return Promise.all(
        questions.map(async (question) => {
          const decisionId = ids.uuid();
          const { subject, predicate, collection } = question;
          const object = question.object.paths.length > 0 ? await objects.describe(question.object) : question.object;
          const subjectId = "unknownId" in subject ? subject.unknownId : subject.id;
          // the caller's own address says nothing of somebody else's
          const own = subjectId === call.subject.id ? contextOf(call, clock) : { time: clock.now() };
          const context = { ...own, ...question.context } as DecisionContext;
          const decision = decideOne(subject, predicate, object, context, collection);
          const record = recordOf(call, predicate, object.paths, decisionId);
          const outcome = outcomeOf(decision);
          await audit.append({ ...record, ...outcome, details: { ...outcome.details, subject: subjectId } });
          return { ...decision, decisionId };
        }),
      );
    },

    check(call, predicate, object) {
      const live = policies.current();
      return live !== undefined && abilities.for(live, call.subject).can(predicate, object, contextOf(call, clock));
    },
  };
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
  return {
    outcome: effect,
    policyVersion,
    rules: because.map(({ id }) => id),
    details: {
      ...(denyReason === undefined ? {} : { reason: denyReason }),
      ...(problems.length === 0 ? {} : { problems }),
    },
  };
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
