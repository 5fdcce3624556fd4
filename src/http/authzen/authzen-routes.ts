import type { CallContext, IdentityStore } from "../../heimdall/ports.ts";
import type { Asking } from "../access/asking.ts";
import type { AskingRoute } from "../access/authorization-table.ts";
import type { AddRoute } from "../access/routes.ts";
import { readEvaluation, readEvaluations } from "./evaluations.ts";

/** How the questions of each asking route are read. */
export type AskingReaders = Readonly<
  Record<AskingRoute, (call: CallContext, body: unknown) => Asking | Promise<Asking>>
>;

/** AuthZEN 1.0: single and several evaluations. */
export function createAuthzenReaders(identity: Pick<IdentityStore, "findUser" | "recallUser">): AskingReaders {
  return {
    "POST /access/v1/evaluation": (call, body) => readEvaluation(identity, call, body),
    "POST /access/v1/evaluations": (call, body) => readEvaluations(identity, call, body),
  };
}

/** Adds the evaluations, and the document that says where they are. @param baseUrl how clients reach the server */
export function addAuthzenRoutes(addRoute: AddRoute, readers: AskingReaders, baseUrl: () => string): void {
  addRoute("GET /.well-known/authzen-configuration", () => ({
    policy_decision_point: baseUrl(),
    access_evaluation_endpoint: `${baseUrl()}/access/v1/evaluation`,
    access_evaluations_endpoint: `${baseUrl()}/access/v1/evaluations`,
    search_subject_endpoint: `${baseUrl()}/access/v1/search/subject`,
    search_resource_endpoint: `${baseUrl()}/access/v1/search/resource`,
    search_action_endpoint: `${baseUrl()}/access/v1/search/action`,
  }));
  addRoute("POST /access/v1/evaluation", readers["POST /access/v1/evaluation"]);
  addRoute("POST /access/v1/evaluations", readers["POST /access/v1/evaluations"]);
}
