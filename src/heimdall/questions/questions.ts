import type { Attributes, DecisionObject, Subject } from "../../shared/decision.ts";
import type { IdSource } from "../../shared/ids.ts";
import type { CompiledRule } from "../policy/index.ts";
import type { AuditLog, CallContext } from "../ports.ts";
import {
  type DataPolicyAnswer,
  explainDataset,
  explainDenial,
  type WhyNotAnswer,
  type WhyNotQuestion,
} from "./explain.ts";
import { type ActionAnswer, searchActions } from "./search-actions.ts";
import { searchResources } from "./search-resources.ts";
import { searchSubjects } from "./search-subjects.ts";
import type {
  ActionQuestion,
  FoundResource,
  FoundSubject,
  ResourceQuestion,
  SearchAnswer,
  SearchPage,
  SearchWorld,
  SubjectQuestion,
} from "./types.ts";
import { type WhatCan, whatCan } from "./what-can.ts";

/**
 * Searches for callers, each page on record before it is answered. Asking for somebody else, or who may, needs
 * `decision.askForOthers`; the caller of these checks that first.
 */
export interface Questions {
  /** @see searchSubjects */
  searchSubjects(call: CallContext, question: SubjectQuestion, page: SearchPage): Promise<SearchAnswer<FoundSubject>>;
  /** @see searchResources */
  searchResources(
    call: CallContext,
    question: ResourceQuestion,
    page: SearchPage,
  ): Promise<SearchAnswer<FoundResource>>;
  /** @see searchActions */
  searchActions(call: CallContext, question: ActionQuestion, page: SearchPage): Promise<ActionAnswer>;
  /** @see whatCan */
  whatCan(call: CallContext, subject: Subject): Promise<WhatCan>;
  /** Explains a decision that is on record already. @see explainDenial */
  whyNot(
    call: CallContext,
    question: WhyNotQuestion,
    mayRead: (rule: CompiledRule) => boolean,
  ): Promise<WhyNotAnswer | undefined>;
  /** @see explainDataset */
  explainDataset(call: CallContext, subject: Subject, dataset: DecisionObject): Promise<DataPolicyAnswer>;
}

/** @throws each method: what its search throws, and {AuditUnavailableError} it could not be recorded */
export function createQuestions(
  world: SearchWorld,
  parts: { readonly audit: Pick<AuditLog, "append">; readonly ids: IdSource },
): Questions {
  const record = async (
    call: CallContext,
    action: string,
    object: readonly string[],
    policyVersion: string,
    outcome: "allow" | "deny",
    details: Attributes,
  ): Promise<void> => {
    await parts.audit.append({
      type: "search",
      actor: call.subject.id,
      action,
      object,
      outcome,
      decisionId: parts.ids.uuid(),
      policyVersion,
      requestId: call.requestId,
      ...(call.ip === undefined ? {} : { ip: call.ip }),
      details,
    });
  };
  const recordPage = (
    call: CallContext,
    action: string,
    object: readonly string[],
    about: Attributes,
    { items, next, policyVersion }: SearchAnswer<unknown>,
  ): Promise<void> => {
    const outcome = items.length > 0 ? "allow" : "deny";
    return record(call, action, object, policyVersion, outcome, {
      ...about,
      found: items.length,
      more: next !== undefined,
    });
  };
  return {
    async searchSubjects(call, question, page) {
      const answer = await searchSubjects(world, question, page);
      const { predicate, object } = question;
      await recordPage(call, "search.subjects", object.paths, { predicate }, answer);
      return answer;
    },
    async searchResources(call, question, page) {
      const answer = await searchResources(world, question, page);
      const { subject, predicate, type } = question;
      const object = type === undefined ? [] : [`dataos:type:${type}`];
      await recordPage(call, "search.resources", object, { subject: subject.id, predicate }, answer);
      return answer;
    },
    async searchActions(call, question, page) {
      const answer = await searchActions(world, question, page);
      const { subject, object } = question;
      await recordPage(call, "search.actions", object.paths, { subject: subject.id }, answer);
      return answer;
    },
    async whatCan(call, subject) {
      const answer = await whatCan(world, subject);
      const { classes, policyVersion } = answer;
      const outcome = classes.length > 0 ? "allow" : "deny";
      await record(call, "search.classes", [], policyVersion, outcome, { subject: subject.id, found: classes.length });
      return answer;
    },
    whyNot: (call, question, mayRead) => explainDenial(world, call, question, mayRead),
    async explainDataset(call, subject, dataset) {
      const answer = await explainDataset(world, subject, dataset);
      const { obligations, policyVersion, fault } = answer;
      const outcome = fault === undefined ? "allow" : "deny";
      await record(call, "data-policy.decide", dataset.paths, policyVersion, outcome, {
        subject: subject.id,
        masked: [...obligations.masks.keys()],
        filtered: obligations.rowFilter !== undefined,
      });
      return answer;
    },
  };
}
