import { ConflictError } from "../shared/errors.ts";
import { nameOf } from "./describe.ts";
import type { ResourceRef } from "./ports.ts";

/** dependents that a message names */
const mostNamed = 20;

/** Why a resource stays. @param hidden how many more there are that the reader may not see */
export function needed(ref: ResourceRef, names: readonly string[], hidden: number, mayForce: boolean): string {
  const shown = names.slice(0, mostNamed);
  const unnamed = names.length - shown.length;
  const list = [
    ...shown,
    ...(unnamed > 0 ? [`${unnamed} more`] : []),
    ...(hidden > 0 ? [hidden === 1 ? "one that you may not see" : `${hidden} that you may not see`] : []),
  ];
  const these = names.length + hidden === 1 ? "that" : "these";
  const how = `delete ${these} first${mayForce ? ", or force the deletion" : ""}`;
  return `${nameOf(ref)} is needed by ${list.join(", ")}; ${how}`;
}

/** `product \`a\` needs product \`b\`, which needs product \`a\`` */
export function roundabout(cycle: readonly ResourceRef[]): string {
  const [first, second, ...rest] = cycle.map(nameOf);
  const more = rest.map((name) => `, which needs ${name}`).join("");
  return `${first} needs ${second}${more}: nothing of this circle could come first; take one of these references out`;
}

/** @param present `undefined`: it is not there @param expected 0: it was taken for absent */
export function otherVersion(ref: ResourceRef, present: number | undefined, expected: number): ConflictError {
  const wanted = expected === 0 ? "and was taken for absent" : `not ${expected}`;
  const message =
    present === undefined
      ? `${nameOf(ref)} does not exist, and was expected with version ${expected}; leave \`ifVersion\` out to create it`
      : `${nameOf(ref)} has version ${present}, ${wanted}; read it again and repeat the call`;
  return new ConflictError(message, { problems: [{ message, field: "ifVersion" }] });
}
