import type { SearchAnswer } from "../../heimdall/questions/index.ts";
import type { Subject } from "../../shared/decision.ts";
import { NotFoundError } from "../../shared/errors.ts";
import { toAttributes } from "../attributes.ts";
import type { GraphqlContext } from "../context.ts";
import { given } from "../given.ts";
import { type Connection, openList } from "../paging/connection.ts";
import { query } from "../root-field.ts";
import { findSubject } from "../subjects.ts";
import { actionFor, isCaller, toObject } from "./decision.ts";
import { toDecidingRule } from "./decision-type.ts";

/** Root fields that search what somebody may do, and who may. */
export const allowedFields = {
  Query: {
    whoCan: query("whoCan", (_, { first, after, ...args }, context) => {
      const { predicate, type } = args;
      const question = { predicate, object: toObject(args.object), ...given("type", type), ...circumstances(args) };
      return toPage(
        context,
        ["whoCan", question],
        { first, ...given("after", after) },
        async (page) => {
          const answer = await context.services.questions.searchSubjects(context.call, question, page);
          return { answer, more: {} };
        },
        ({ subject: { id, type: kind, tags }, decision }) => ({
          id,
          type: kind,
          tags,
          because: decision.because.map(toDecidingRule),
        }),
      );
    }),
    searchResources: query("searchResources", ({ first, after, ...args }, context) => ({
      action: actionFor([args], context),
      ask: "once",
      run: async () => {
        const { predicate, type } = args;
        const subject = await subjectOf(args.subject, context);
        const question = { subject, predicate, ...given("type", type), ...circumstances(args) };
        const list = ["searchResources", { ...question, subject: subject.id }];
        return toPage(
          context,
          list,
          { first, ...given("after", after) },
          async (page) => {
            const answer = await context.services.questions.searchResources(context.call, question, page);
            return { answer, more: {} };
          },
          ({ object, decision }) => ({
            path: object.paths[0] ?? "",
            type: object.type ?? null,
            because: decision.because.map(toDecidingRule),
          }),
        );
      },
    })),
    searchActions: query("searchActions", ({ first, after, ...args }, context) => ({
      action: actionFor([args], context),
      ask: "once",
      run: async () => {
        const subject = await subjectOf(args.subject, context);
        const question = { subject, object: toObject(args.object), ...circumstances(args) };
        const list = ["searchActions", { ...question, subject: subject.id }];
        return toPage(
          context,
          list,
          { first, ...given("after", after) },
          async (page) => {
            const answer = await context.services.questions.searchActions(context.call, question, page);
            return { answer, more: { patterns: answer.patterns } };
          },
          ({ predicate, decision }) => ({ predicate, because: decision.because.map(toDecidingRule) }),
        );
      },
    })),
    whatCan: query("whatCan", (args, context) => ({
      action: actionFor([args], context),
      ask: "once",
      run: async () => {
        const { classes, policyVersion } = await context.services.questions.whatCan(
          context.call,
          await subjectOf(args.subject, context),
        );
        return {
          classes: classes.map(({ because, ...summary }) => ({ ...summary, because: because.map(toDecidingRule) })),
          policyVersion,
        };
      },
    })),
  },
};

/** @throws {NotFoundError} no such user */
export async function subjectOf(id: string | null | undefined, { call, services }: GraphqlContext): Promise<Subject> {
  if (isCaller(id, call.subject.id)) return call.subject;
  const subject = await findSubject(services.identity, id ?? "");
  if (!("unknownId" in subject)) return subject;
  throw new NotFoundError(`no user \`${(id ?? "").slice(0, 100)}\`; \`users\` lists those there are`);
}

function circumstances({ context, collection }: { readonly context?: unknown; readonly collection?: string | null }) {
  return {
    ...(context === undefined || context === null ? {} : { context: toAttributes(context, "context") }),
    ...given("collection", collection),
  };
}

async function toPage<T, Node, More extends object>(
  context: GraphqlContext,
  list: readonly unknown[],
  page: { readonly first: number; readonly after?: string },
  search: (page: {
    readonly first: number;
    readonly after: string | undefined;
  }) => Promise<{ answer: SearchAnswer<T>; more: More }>,
  toNode: (found: T) => Node,
): Promise<Connection<Node> & More & { readonly stoppedEarly: boolean; readonly policyVersion: string }> {
  const paged = openList(context, list, page);
  const { answer, more } = await search(paged.page);
  const { items, next, stopped, policyVersion } = answer;
  const connection = paged.toConnection({ items, hasNextPage: next !== undefined, next }, toNode);
  return { ...connection, ...more, stoppedEarly: stopped !== undefined, policyVersion };
}
