import type { IdSource } from "../../shared/ids.ts";
import type { AuditLog, CallContext } from "../ports.ts";
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
}

/** @throws each method: what its search throws, and {AuditUnavailableError} it could not be recorded */
export function createQuestions(
  world: SearchWorld,
  parts: { readonly audit: Pick<AuditLog, "append">; readonly ids: IdSource },
): Questions {
  const record = async (
    call: CallContext,
    action: string,
    about: { readonly object: readonly string[]; readonly subject?: string; readonly predicate?: string },
    answer: SearchAnswer<unknown>,
  ): Promise<void> => {
    const { object, ...details } = about;
    await parts.audit.append({
      type: "search",
      actor: call.subject.id,
      action,
      object,
      outcome: answer.items.length > 0 ? "allow" : "deny",
      decisionId: parts.ids.uuid(),
      policyVersion: answer.policyVersion,
      requestId: call.requestId,
      ...(call.ip === undefined ? {} : { ip: call.ip }),
      details: { ...details, found: answer.items.length, more: answer.next !== undefined },
    });
  };
  return {
    async searchSubjects(call, question, page) {
      const answer = await searchSubjects(world, question, page);
      const { predicate, object } = question;
      await record(call, "search.subjects", { object: object.paths, predicate }, answer);
      return answer;
    },
    async searchResources(call, question, page) {
      const answer = await searchResources(world, question, page);
      const { subject, predicate, type } = question;
      const object = type === undefined ? [] : [`dataos:type:${type}`];
      await record(call, "search.resources", { object, subject: subject.id, predicate }, answer);
      return answer;
    },
    async searchActions(call, question, page) {
      const answer = await searchActions(world, question, page);
      const { subject, object } = question;
      await record(call, "search.actions", { object: object.paths, subject: subject.id }, answer);
      return answer;
    },
  };
}
