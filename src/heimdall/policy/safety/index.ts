export { compareOne, type DecisionChange, isSameAnswer } from "./answers.ts";
export { type CaseResult, findUnexercised, type PolicyCase, parseCases, runCases, type Unexercised } from "./cases.ts";
export {
  type ChangeClass,
  type ChangeGroup,
  type ChangeSide,
  createChangeGroups,
} from "./change-groups.ts";
export { compareDecisions, differInData, type PolicyImpact } from "./compare.ts";
export { coversGlob, mayOverlap } from "./glob-relations.ts";
export { type LintCode, type LintFinding, lintPolicies, mergeDocuments } from "./lint.ts";
export { contentOf } from "./rule-relations.ts";
