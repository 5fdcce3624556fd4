import type { Action, Authorized, CallContext } from "../heimdall/ports.ts";
import { assertNever } from "../shared/brand.ts";
import type { DecisionObject } from "../shared/decision.ts";
import { authorizationTable, type RootRule } from "./authorization-table.ts";
import type { GraphqlContext } from "./context.ts";
import { toUserErrors } from "./errors/user-errors.ts";
import type { MutationResolvers, QueryResolvers, UserError } from "./generated/schema-types.ts";

type Table = typeof authorizationTable;
type Resolvers = { readonly Query: QueryResolvers; readonly Mutation: MutationResolvers };
type FieldOf<T extends keyof Table> = keyof Table[T] & keyof Resolvers[T];

type ResolverOf<T extends keyof Table, F extends FieldOf<T>> = Extract<
  NonNullable<Resolvers[T][F]>,
  (...args: never[]) => unknown
>;
type ArgsOf<T extends keyof Table, F extends FieldOf<T>> = Parameters<ResolverOf<T, F>>[1];
type ResultOf<T extends keyof Table, F extends FieldOf<T>> = Awaited<ReturnType<ResolverOf<T, F>>>;
type Eventually<T> = Promise<T> | T;

/** What the author of a field writes, by how the table says that it is decided. */
type BodyOf<Rule, Args, Result> = Rule extends {
  readonly ask: "once" | "list" | "gated";
  readonly action: infer A extends Action;
}
  ? (auth: Authorized<A>, args: Args, context: GraphqlContext) => Eventually<Result>
  : Rule extends {
        readonly ask: "lists";
        readonly action: infer A extends Action;
        readonly beside: infer B extends Action;
      }
    ? (auth: Authorized<A>, args: Args, context: GraphqlContext, beside: Authorized<B>) => Eventually<Result>
    : Rule extends { readonly ask: "either"; readonly actions: readonly (infer A extends Action)[] }
      ? (args: Args, context: GraphqlContext) => Choice<A, Result, BesideOf<Rule>> | undefined
      : Rule extends {
            readonly ask: "object";
            readonly within: infer W extends Action;
            readonly action: infer A extends Action;
          }
        ? (within: Authorized<W>, args: Args, context: GraphqlContext) => Eventually<Step<A, Result, BesideOf<Rule>>>
        : Rule extends { readonly ask: "named"; readonly action: infer A extends Action }
          ? (args: Args, context: GraphqlContext) => Eventually<Step<A, Result>>
          : (call: CallContext, args: Args, context: GraphqlContext) => Eventually<Result>;

/** What `action` is asked about, and what is done when it is allowed. */
interface Step<A extends Action, Result, Beside = undefined> {
  readonly object: DecisionObject;
  run(auth: Authorized<A>, beside: Beside): Eventually<Result>;
}

type BesideOf<Rule> = Rule extends { readonly beside: infer B extends Action } ? Authorized<B> : undefined;

/** Which of the table's actions the arguments ask for; none (`undefined`): there is nothing to show. */
type Choice<A extends Action, Result, Beside = undefined> = {
  [K in A]: {
    readonly action: K;
    readonly ask: "once" | "list";
    run(auth: Authorized<K>, beside: Beside): Eventually<Result>;
  };
}[A];

/** A root resolver that decides before it runs; made by `query` and `mutation` only. */
export type DecidedResolver = (parent: unknown, args: unknown, context: GraphqlContext) => Promise<unknown>;

const decided = new WeakSet<object>();

/** Whether `resolver` was made here; the schema refuses any other at its roots. */
export function isDecided(resolver: unknown): resolver is DecidedResolver {
  return typeof resolver === "function" && decided.has(resolver);
}

/** A field of `Query`: `body` goes on when the decision of the table is allow, and gets the proof of it. */
export function query<F extends FieldOf<"Query">>(
  field: F,
  body: BodyOf<Table["Query"][F], ArgsOf<"Query", F>, ResultOf<"Query", F>>,
): DecidedResolver {
  return register((_, args, context) => perform(authorizationTable.Query[field], body, args, context));
}

/**
 * A field of `Mutation`. Expected failures (wrong input, forbidden, absent, conflicting) become `userErrors` of the payload
 * that `refused` gives, or errors of the operation where the payload has none.
 */
export function mutation<F extends FieldOf<"Mutation">>(
  field: F,
  body: BodyOf<Table["Mutation"][F], ArgsOf<"Mutation", F>, ResultOf<"Mutation", F>>,
  refused?: (userErrors: readonly UserError[]) => ResultOf<"Mutation", F>,
): DecidedResolver {
  return register(async (_, args, context) => {
    try {
      return await perform(authorizationTable.Mutation[field], body, args, context);
    } catch (error) {
      const userErrors = refused && toUserErrors(error);
      if (!userErrors) throw error;
      return refused(userErrors);
    }
  });
}

function register(resolver: DecidedResolver): DecidedResolver {
  decided.add(resolver);
  return resolver;
}

/** INVARIANT: every branch awaits its decision before anything is read or changed. The body's type is held by its maker above. */
async function perform(rule: RootRule, body: unknown, args: unknown, context: GraphqlContext): Promise<unknown> {
  const { call, services } = context;
  const { authorizer } = services;
  const run = body as (...given: unknown[]) => unknown;
  switch (rule.ask) {
    case "once":
      return run(await authorizer.authorize(call, rule.action), args, context);
    case "list":
      return run(await authorizer.authorizeList(call, rule.action), args, context);
    case "lists": {
      const auth = await authorizer.authorizeList(call, rule.action);
      return run(auth, args, context, await authorizer.authorizeList(call, rule.beside));
    }
    case "gated":
      await authorizer.authorize(call, rule.gate);
      return run(await authorizer.authorizeList(call, rule.action), args, context);
    case "either": {
      const choice = run(args, context) as Choice<Action, unknown, Authorized | undefined> | undefined;
      if (!choice) {
        await authorizer.authorizeList(call, rule.actions[0]);
        return null;
      }
      const { action, ask } = choice;
      if (!rule.actions.includes(action)) throw new TypeError(`the table does not list \`${action}\` for this field`);
      const auth = ask === "list" ? authorizer.authorizeList(call, action) : authorizer.authorize(call, action);
      const { run: go } = choice as { run(auth: Authorized, beside: Authorized | undefined): unknown };
      return go(await auth, rule.beside && (await authorizer.authorizeList(call, rule.beside)));
    }
    case "object": {
      const step = await (run(await authorizer.authorizeList(call, rule.within), args, context) as Eventually<
        Step<Action, unknown, Authorized | undefined>
      >);
      const auth = await authorizer.authorize(call, rule.action, step.object);
      return step.run(auth, rule.beside && (await authorizer.authorizeList(call, rule.beside)));
    }
    case "named": {
      const step = await (run(args, context) as Eventually<Step<Action, unknown>>);
      return step.run(await authorizer.authorize(call, rule.action, step.object), undefined);
    }
    case "inside":
      return run(call, args, context);
    default:
      return assertNever(rule);
  }
}
