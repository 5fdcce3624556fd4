import type { Decision, DecisionObject, Mask, Subject } from "../../shared/decision.ts";
import type { DecisionChange } from "../policy/safety/index.ts";

/** A disagreement as it is kept: who, what and both answers, without attributes, which may be private. */
interface Kept {
  readonly subject: Pick<Subject, "id" | "type" | "tags">;
  readonly predicate: string;
  readonly object: Pick<DecisionObject, "paths" | "tags">;
  readonly time: number;
  readonly before: KeptDecision;
  readonly after: KeptDecision;
}

type KeptDecision = Omit<Decision, "obligations" | "problems"> & {
  readonly masks: readonly (readonly [string, Mask])[];
  readonly rowFilter: Decision["obligations"]["rowFilter"];
};

const maxTexts = 50;

/** As JSON of bounded size. */
export function writeDisagreement({ request, before, after }: DecisionChange): string {
  const { subject, predicate, object, context } = request;
  const kept: Kept = {
    subject: { id: subject.id, type: subject.type, tags: subject.tags.slice(0, maxTexts) },
    predicate,
    object: { paths: object.paths.slice(0, maxTexts), tags: object.tags.slice(0, maxTexts) },
    time: context.time,
    before: keep(before),
    after: keep(after),
  };
  return JSON.stringify(kept);
}

/** What `writeDisagreement` wrote. */
export function readDisagreement(text: string): DecisionChange {
  const { subject, predicate, object, time, before, after } = JSON.parse(text) as Kept;
  const request = {
    subject: { ...subject, attributes: {} },
    predicate,
    object: { ...object, attributes: {} },
    context: { time },
  };
  return { request, before: restore(before), after: restore(after) };
}

function keep({ effect, denyReason, because, policyVersion, obligations }: Decision): KeptDecision {
  const { masks, rowFilter } = obligations;
  return {
    effect,
    denyReason,
    because: because.slice(0, maxTexts),
    policyVersion,
    masks: [...masks].slice(0, maxTexts),
    rowFilter,
  };
}

function restore({ masks, rowFilter, ...decision }: KeptDecision): Decision {
  return {
    ...decision,
    denyReason: decision.denyReason,
    obligations: { masks: new Map(masks), rowFilter },
    problems: [],
  };
}
