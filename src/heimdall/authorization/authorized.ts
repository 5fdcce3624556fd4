import type { DecisionObject, Subject } from "../../shared/decision.ts";
import type { ObjectFilter } from "../../shared/object-filter.ts";
import type { Action } from "./actions.ts";

/**
 * Proof that Heimdall allowed `action`. Methods that read or change resources, entities, secrets or policies take one, so a
 * path that skipped the decision does not compile. Only `issueAuthorized` makes it, and only the authorizer calls that.
 */
export interface Authorized<A extends Action = Action> {
  readonly [proof]: A;
  readonly subject: Subject;
  readonly action: A;
  readonly object: DecisionObject | undefined;
  readonly decisionId: string;
  readonly policyVersion: string;
  /** For lists: the objects that may be shown. For a single object: `all`. */
  readonly filter: ObjectFilter;
}

declare const proof: unique symbol;

/** SECURITY: a boundary rule keeps this import to the authorizer. */
export function issueAuthorized<A extends Action>(facts: Omit<Authorized<A>, typeof proof>): Authorized<A> {
  return Object.freeze({ ...facts }) as Authorized<A>;
}
