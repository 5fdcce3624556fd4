export { fingerprint } from "./canonical-json.ts";
export { derivedTags, describeEntity, describeInside, ownersOf, tagsOf } from "./describe.ts";
export { parseEdit } from "./edits.ts";
export { type HiddenNames, hiddenText, type Telling, tellingOf, withoutHiddenNames } from "./hidden-names.ts";
export {
  isLive,
  isRestoredByScan,
  type LifecycleFacts,
  type LifecyclePlan,
  type Listing,
  missingRetentionMs,
  planLifecycle,
  type Transition,
} from "./lifecycle.ts";
export { containersOf, type Location, locate } from "./location.ts";
export { type Match, matchSightings } from "./matching.ts";
export { createMentions, namesIn } from "./mentions.ts";
export { type LiveAssertion, mergeAssertions, type TagsValue } from "./merge.ts";
export {
  isSearchable,
  isTraced,
  listedStates,
  toLineageNode,
  toSearchDocument,
  tracedKinds,
  tracedStates,
} from "./projected.ts";
export {
  type AspectChange,
  applyChanges,
  type DatedAssertion,
  diffAspects,
  type EntityFacts,
  type EntityRecord,
  factsOf,
  inheritsNothing,
  toEntity,
  toInheritance,
} from "./record.ts";
