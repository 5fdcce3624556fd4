import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";

const giveUpAfterMs = 300_000;
const longestPauseMs = 5_000;

/** Waits for a server that goes away while something is followed. */
export interface Patience {
  /**
   * The answer; undefined after a pause where the server did not answer, to be asked again. The first question of all has to be
   * answered, and nothing is waited for longer than five minutes.
   * @throws {CommandError}
   */
  ask<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined>;
}

export function createPatience(context: CommandContext, nowMs: () => number = Date.now): Patience {
  let hasAnswered = false;
  let lostAtMs: number | undefined;
  let pauseMs = 250;
  return {
    async ask(question) {
      try {
        const answer = await question();
        if (lostAtMs !== undefined) context.note("the server answers again");
        hasAnswered = true;
        lostAtMs = undefined;
        pauseMs = 250;
        return answer;
      } catch (error) {
        const mayPass = error instanceof CommandError && error.exitCode === errorFaces.UNAVAILABLE.exit;
        if (!hasAnswered || !mayPass) throw error;
        if (lostAtMs === undefined) context.note("the server does not answer; trying again");
        lostAtMs ??= nowMs();
        if (nowMs() - lostAtMs > giveUpAfterMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        pauseMs = Math.min(longestPauseMs, pauseMs * 2);
        return undefined;
      }
    },
  };
}
