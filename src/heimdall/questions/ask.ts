import type { Attributes, DecisionContext, DecisionObject } from "../../shared/decision.ts";
import { UnavailableError } from "../../shared/errors.ts";
import type { CompiledPolicies } from "../policy/index.ts";
import type { SearchWorld } from "./types.ts";

/** @throws {UnavailableError} the policies could not be verified lately */
export function policiesOf(world: Pick<SearchWorld, "policies">): CompiledPolicies {
  const policies = world.policies();
  if (policies) return policies;
  throw new UnavailableError("the policies could not be verified lately, so nothing is allowed; try again in a moment");
}

/** What is stored of the object, where it has a name. */
export function describeObject(
  { objects }: Pick<SearchWorld, "objects">,
  object: DecisionObject,
): Promise<DecisionObject> {
  return object.paths.length > 0 ? objects.describe(object) : Promise.resolve(object);
}

export function contextOf({ clock }: Pick<SearchWorld, "clock">, given: Attributes | undefined): DecisionContext {
  return { time: clock.now(), ...given } as DecisionContext;
}

/** The collection as requests take it. */
export function collectionOf(collection: string | undefined): { readonly collection?: string } {
  return collection === undefined ? {} : { collection };
}
