import type { GraphqlServices } from "../../graphql/index.ts";
import type { FoundResource, SearchAnswer, SearchPage } from "../../heimdall/questions/index.ts";
import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import { actionSearch, resourceSearch, type SearchPageRequest, subjectSearch } from "./bodies.ts";
import { findAsked, isAboutCaller, searchedKind, toObject } from "./questions.ts";

const defaultLimit = 100;

/**
 * AuthZEN 1.0 searches: who may, on what, and what may be done. Complete, by pages: where `page.next_token` is not empty there is more.
 * A subject or type that is not known finds nothing.
 */
export function addSearchRoutes(addRoute: AddRoute, { questions, identity }: GraphqlServices): void {
  addRoute("POST /access/v1/search/subject", (call, request) => {
    const { subject, action, resource, context, page } = parseBody(subjectSearch, request.body);
    return {
      action: "decision.askForOthers",
      run: async () => {
        const kind = searchedKind(subject.type);
        if (!kind) return nothing;
        const question = {
          predicate: action.name,
          object: toObject(resource),
          ...(kind !== "any" && { type: kind }),
          ...(context && { context }),
        };
        const found = await questions.searchSubjects(call, question, toPage(page));
        return toResults(found, (node) => ({ type: subject.type, id: node.subject.id }));
      },
    };
  });

  addRoute("POST /access/v1/search/resource", (call, request) => {
    const body = parseBody(resourceSearch, request.body);
    const { action, resource, context, page } = body;
    return {
      action: isAboutCaller(body, call) ? "decision.ask" : "decision.askForOthers",
      run: async () => {
        const subject = await findAsked(identity, body.subject);
        if (!subject) return nothing;
        const question = { subject, predicate: action.name, type: resource.type, ...(context && { context }) };
        const found = await questions.searchResources(call, question, toPage(page));
        return toResults(found, (node) => ({ type: resource.type, id: idOf(node, resource.type) }));
      },
    };
  });

  addRoute("POST /access/v1/search/action", (call, request) => {
    const body = parseBody(actionSearch, request.body);
    const { resource, context, page } = body;
    return {
      action: isAboutCaller(body, call) ? "decision.ask" : "decision.askForOthers",
      run: async () => {
        const subject = await findAsked(identity, body.subject);
        if (!subject) return nothing;
        const question = { subject, object: toObject(resource), ...(context && { context }) };
        const found = await questions.searchActions(call, question, toPage(page));
        return toResults(found, (node) => ({ name: node.predicate }));
      },
    };
  });
}

const nothing = { page: { next_token: "", count: 0 }, results: [] };

function toPage(page: SearchPageRequest): SearchPage {
  // an empty token asks for the first page
  return { first: page?.limit ?? defaultLimit, after: page?.token || undefined };
}

function toResults<T>({ items, next }: SearchAnswer<T>, toResult: (node: T) => object) {
  return {
    page: { next_token: next ?? "", count: items.length },
    results: items.map(({ node }) => toResult(node)),
  };
}

/** The id that an evaluation of the same type takes: a registered object's own, an address of the platform elsewhere. */
function idOf({ object }: FoundResource, type: string): string {
  const [name = ""] = object.paths;
  return object.id !== undefined && object.paths.includes(`${type}:${object.id}`) ? object.id : name;
}
