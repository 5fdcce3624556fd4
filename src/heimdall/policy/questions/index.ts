export { applyChange, type Change, describeChange } from "./change.ts";
export { type ColumnExplanation, explainMasks } from "./explain-data.ts";
export { type Misfit, type NearRule, type WhyNot, whyNot } from "./why-not.ts";
