import type { DecisionObject } from "../../shared/decision.ts";
import { type Action, actions } from "./actions.ts";

/** The tag that says what an action acts on, e.g. `dataos:type:resource`. */
export function typeTagOf(action: Action): string {
  return `dataos:type:${actions[action].objectType}`;
}

/** `object` as policies see it when `action` is asked for: with the action's `dataos:type:*` tag. */
export function describeAction(action: Action, object?: DecisionObject): DecisionObject {
  const tag = typeTagOf(action);
  if (!object) return { paths: [], tags: [tag], attributes: {} };
  return object.tags.includes(tag) ? object : { ...object, tags: [...object.tags, tag] };
}
