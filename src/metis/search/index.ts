export { checkChanges, checkRequest } from "./check.ts";
export { fromCursor, type SearchPosition, toCursor } from "./cursor.ts";
export { editDistance } from "./edit-distance.ts";
export { type FacetName, facetNames, maxFacetValues, toFacetFilters, toFacetValues } from "./facets.ts";
export { explainHit } from "./highlight.ts";
export { indexDocument } from "./index-document.ts";
export { type KeyRange, type ObjectCondition, type ObjectField, toObjectCondition } from "./object-condition.ts";
export { findDidYouMean, maxPrefixWords, planQuery, type QueryPlan, type VisibleVocabulary } from "./query-plan.ts";
export { columnSuggestion, type Suggestion, toSuggestionQuery } from "./suggestion.ts";
