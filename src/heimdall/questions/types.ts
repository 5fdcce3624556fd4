import type { Clock } from "../../shared/clock.ts";
import type { Attributes, Decision, DecisionObject, Subject } from "../../shared/decision.ts";
import type { CompiledPolicies } from "../policy/index.ts";
import type { ObjectLister, ObjectSource } from "../ports.ts";

/** What searches look through, and who answers for each thing found. */
export interface SearchWorld {
  /** `undefined`: the policies could not be verified, so that nothing is answered */
  policies(): CompiledPolicies | undefined;
  /** Every known subject. */
  subjects(): Promise<readonly Subject[]>;
  /** What is known of a named object; all of `listers` together. */
  readonly objects: ObjectSource;
  readonly listers: readonly ObjectLister[];
  readonly clock: Clock;
}

/** Which page: `first` 1..1000; `after`: `next` of the page before, or the cursor of an item. */
export interface SearchPage {
  readonly first: number;
  readonly after?: string | undefined;
}

/** One page of a search. Nothing is left out silently: there is more exactly where `next` is given. */
export interface SearchAnswer<T> {
  readonly items: readonly { readonly cursor: string; readonly node: T }[];
  /** goes on behind what was looked at; `undefined`: that was all */
  readonly next: string | undefined;
  /** `budget`: looking went on for long, so that the page ends early; `next` goes on */
  readonly stopped: "budget" | undefined;
  readonly policyVersion: string;
}

interface Circumstances {
  /** default: nothing but the time */
  readonly context?: Attributes;
  /** default `default` */
  readonly collection?: string;
}

/** Who may `predicate` the object? */
export interface SubjectQuestion extends Circumstances {
  readonly predicate: string;
  readonly object: DecisionObject;
  /** `person` or `application`; default: both */
  readonly type?: string;
}

/** On what may the subject `predicate`? */
export interface ResourceQuestion extends Circumstances {
  readonly subject: Subject;
  readonly predicate: string;
  /** only objects of this type, e.g. `dataset`, `workflow`, or a registered one */
  readonly type?: string;
}

/** What may the subject do with the object? */
export interface ActionQuestion extends Circumstances {
  readonly subject: Subject;
  readonly object: DecisionObject;
}

/** Somebody who may, and why: `decision.because`. */
export interface FoundSubject {
  readonly subject: Subject;
  readonly decision: Decision;
}

/** Something that is allowed to be acted on, as it is known; its first path is its name. */
export interface FoundResource {
  readonly object: DecisionObject;
  readonly decision: Decision;
}

/** Something that may be done. */
export interface FoundAction {
  readonly predicate: string;
  readonly decision: Decision;
}
