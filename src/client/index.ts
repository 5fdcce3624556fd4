export { createDecisionClient } from "./decision-client.ts";
export type { DecisionAnswer, DecisionClient, DecisionClientOptions, DecisionRequest, ServiceObject } from "./types.ts";
