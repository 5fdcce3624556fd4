import type { Condition } from "../ports.ts";
import type { ConditionState } from "./types.ts";

/** The conditions to keep: each with the time since which its status holds, sorted by type. */
export function mergeConditions(
  before: readonly Condition[],
  states: readonly ConditionState[],
  now: string,
): readonly Condition[] {
  return states
    .map((state): Condition => {
      const former = before.find(({ type }) => type === state.type);
      return { ...state, lastTransitionTime: former?.status === state.status ? former.lastTransitionTime : now };
    })
    .sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : 0));
}

/** Whether two lists say the same. */
export function isSameConditions(left: readonly Condition[], right: readonly Condition[]): boolean {
  return JSON.stringify(left.map(inOrder)) === JSON.stringify(right.map(inOrder));
}

function inOrder({ type, status, reason, message, lastTransitionTime }: Condition): readonly string[] {
  return [type, status, reason, message, lastTransitionTime];
}
