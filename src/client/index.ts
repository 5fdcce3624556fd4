export { createDecisionClient } from "./decision-client.ts";
export type { DecisionAnswer, DecisionClient, DecisionClientOptions, DecisionRequest } from "./types.ts";
