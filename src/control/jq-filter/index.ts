export { applyFilter } from "./apply-filter.ts";
export { type ComparisonOperator, compareNumbers, compareWith, holds, type ValueCondition } from "./compare.ts";
export { type Json, parseFilter } from "./parse-filter.ts";
export { UnsupportedFilterError } from "./unsupported-filter-error.ts";
