import { parseStack } from "../manifest/index.ts";
import type { StackRunner } from "../needs.ts";

/** The stacks that this server can run. */
export interface StackRegistry {
  /** The runner of `scanner:2.0`, also where no version is named. */
  find(stack: string): StackRunner | undefined;
  /** e.g. `["scanner:2.0"]`, sorted */
  readonly configured: readonly string[];
}

export function createStackRegistry(runners: readonly StackRunner[]): StackRegistry {
  return {
    find(stack) {
      const { name, version } = parseStack(stack);
      return runners.find((runner) => runner.stack === name && (version ?? runner.version) === runner.version);
    },
    configured: runners.map(({ stack, version }) => `${stack}:${version}`).sort(),
  };
}
