import type { Attributes, DecisionContext, DecisionObject, Obligations, Subject } from "../../shared/decision.ts";
import { decideData } from "../policy/index.ts";
import { type ColumnExplanation, explainMasks, type NearRule, type WhyNot, whyNot } from "../policy/questions/index.ts";
import type { CallContext } from "../ports.ts";
import { collectionOf, describeObject, policiesOf } from "./ask.ts";
import type { SearchWorld } from "./types.ts";

/** A denied question. */
export interface WhyNotQuestion {
  readonly subject: Subject;
  readonly predicate: string;
  readonly object: DecisionObject;
  readonly context?: Attributes;
  readonly collection?: string;
}

/** Why not, as far as the asker may know. */
export interface WhyNotAnswer extends WhyNot {
  /** how many near rules the asker may not read */
  readonly hidden: number;
}

/**
 * Why the answer is no; `undefined` where it is yes.
 * @param mayRead whether the asker may read the rule; SECURITY: what a rule asks for is told to nobody else
 */
export async function explainDenial(
  world: SearchWorld,
  call: CallContext,
  question: WhyNotQuestion,
  mayRead: (rule: NearRule["rule"]) => boolean,
): Promise<WhyNotAnswer | undefined> {
  const policies = policiesOf(world);
  const { subject, predicate, collection } = question;
  const object = await describeObject(world, question.object);
  const own = subject.id === call.subject.id && call.ip !== undefined ? { ip: call.ip } : {};
  const context = { time: world.clock.now(), ...own, ...question.context } as DecisionContext;
  const request = { subject, predicate, object, context, ...collectionOf(collection) };
  if (policies.decide(request).effect === "allow") return undefined;
  const answer = whyNot(policies, request);
  const nearest = answer.nearest
    .filter(({ rule }) => mayRead(rule))
    .map((near) => withoutHidden(near, mayRead, policies));
  return { ...answer, nearest, hidden: answer.nearest.length - nearest.length };
}

/** SECURITY: a fix may name a rule that denies, which the asker may not read either. */
function withoutHidden(
  near: NearRule,
  mayRead: (rule: NearRule["rule"]) => boolean,
  { rules }: { readonly rules: readonly NearRule["rule"][] },
): NearRule {
  const isHidden = (id: string): boolean => rules.some((rule) => rule.rule.id === id && !mayRead(rule));
  const tells = near.fix?.some((change) => change.change === "removeRule" && isHidden(change.rule)) ?? false;
  return tells ? { ...near, fix: undefined } : near;
}

/** What data policies ask of one subject on one dataset, whatever rules say of access. */
export interface DataPolicyAnswer {
  /** the dataset as it is known; without columns it is not known as one */
  readonly dataset: DecisionObject;
  readonly columns: readonly ColumnExplanation[];
  readonly obligations: Obligations;
  /** why a row filter cannot be made, so that nothing may be read */
  readonly fault: string | undefined;
  readonly policyVersion: string;
}

/** @throws {UnavailableError} the policies could not be verified lately */
export async function explainDataset(
  world: SearchWorld,
  subject: Subject,
  asked: DecisionObject,
): Promise<DataPolicyAnswer> {
  const policies = policiesOf(world);
  const dataset = await describeObject(world, asked);
  const { obligations, fault } = decideData(policies.dataPolicies, subject, dataset);
  const columns = explainMasks(policies, subject, dataset);
  return { dataset, columns, obligations, fault, policyVersion: policies.version };
}
