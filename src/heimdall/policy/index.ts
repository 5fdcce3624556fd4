export type { AttributeDeclarations } from "./condition/compile-condition.ts";
export { type Condition, evaluate as evaluateCondition } from "./condition/condition.ts";
export { declareObserved } from "./condition/observed-attributes.ts";
export { type CompileOptions, type CompileResult, compileInSteps, compilePolicies } from "./engine/compile-policies.ts";
export {
  type CompiledRule,
  isInForce,
  matchesObject,
  matchesPredicate,
  meetsConditions,
  toReach,
} from "./engine/compiled-rule.ts";
export { dataPoliciesOn, decideData, mayBeAbout, rankMasks } from "./engine/data-decision.ts";
export type { CompiledPolicies, ListQuestion } from "./engine/decide.ts";
export { parsePolicyYaml } from "./language/from-yaml.ts";
export { fillVariables, findVariables } from "./language/variables.ts";
export type { DataPolicy, MaskPolicy, PolicyRule } from "./rule.ts";
