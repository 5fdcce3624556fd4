export { applyMask, createMask, type Maskable, type MaskFunction } from "./apply-mask.ts";
export { datePrecisions } from "./bucket-date.ts";
export { type ColumnType, columnTypeOf } from "./column-type.ts";
export type { RandomSource } from "./random.ts";
export { compileRegexify } from "./regexify.ts";
export { compileReplacePattern, PatternFault } from "./replace-pattern.ts";
