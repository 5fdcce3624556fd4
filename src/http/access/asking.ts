import type { DecisionQuestion } from "../../heimdall/ports.ts";
import type { Decision } from "../../shared/decision.ts";

/** What a caller asks, and how the answer is written. */
export interface Asking {
  /** what the caller needs for it */
  readonly action: "decision.ask" | "decision.askForOthers";
  readonly questions: readonly DecisionQuestion[];
  /** the first answer with this effect ends it */
  readonly stopAt?: "allow" | "deny";
  /** The answer's body, JSON. @param decisions in the order of `questions`; fewer where it was ended */
  toJson(decisions: readonly Decision[]): string;
}
