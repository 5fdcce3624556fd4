/**
 * What resolvers of a type get as their parent. Each carries the decision it was read under, so that its fields read more of
 * the same under that decision and nothing wider.
 */
import type { Incident, Resource, Run } from "../control/ports.ts";
import type { Authorized, DecisionQuestion } from "../heimdall/ports.ts";
import type { Entity, SearchHit } from "../metis/ports.ts";
import type { Decision } from "../shared/decision.ts";

/** Parent of the type `Entity`. */
export interface EntityParent {
  readonly entity: Entity;
  readonly auth: Authorized<"entity.read">;
}

/** Parent of the type `Resource`. */
export interface ResourceParent {
  readonly resource: Resource;
  readonly auth: Authorized<"resource.read">;
}

/** Parent of the type `Run`. */
export interface RunParent {
  readonly run: Run;
}

/** Parent of the type `Incident`. */
export interface IncidentParent {
  readonly incident: Incident;
}

/** Parent of the type `SearchHit`; its entity is loaded with those of the other hits. */
export interface SearchHitParent {
  readonly hit: SearchHit;
  readonly entity: Entity;
  readonly auth: Authorized<"entity.read">;
}

/** Parent of the type `Decision`: the answer, with the question for those who ask why not. */
export interface DecisionParent {
  readonly decision: Decision;
  readonly question: DecisionQuestion;
}
