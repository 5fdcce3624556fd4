import type { Condition, Resource } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";

/** Why a resource does not get on. */
export interface Waiting {
  /** what it waits for, and what is wrong with that */
  readonly message: string;
  /** Whether trying again mends nothing: somebody has to change something. */
  readonly isFinal: boolean;
}

type Looked = Pick<Resource, "generation" | "observedGeneration" | "conditions">;

const neededDocument = /* GraphQL */ `
  query Needed($type: String!, $name: String!, $workspace: String) {
    resource(type: $type, name: $name, workspace: $workspace) {
      generation observedGeneration conditions { type status reason message }
    }
  }
`;
/** Reasons of `Ready=False` that do not pass by themselves. */
const finalReasons: ReadonlySet<string> = new Set([
  ..."Refused MissingCredentials SecretNotAllowed ValuesMissing NoDriverConfigured".split(" "),
  ..."BadUserInput Forbidden NotFound".split(" "),
]);
const named = /\b([a-z][a-z-]*) `(?:([^`/]+)\/)?([^`/]+)`, which is /g;

/** What `resource` waits for before anything of it can begin; `undefined` where it does not wait. */
export async function whyWaiting(context: CommandContext, { conditions }: Looked): Promise<Waiting | undefined> {
  const unmet = conditions.find(({ type, status }) => type === "DependenciesReady" && status === "False");
  if (!unmet) return undefined;
  const { message } = unmet;
  for (const [, type, workspace, name] of message.matchAll(named)) {
    const { resource } = await context.client.query<{ resource: Looked | null }>(neededDocument, {
      type,
      name,
      workspace,
    });
    if (resource && hasFailed(resource)) return { message, isFinal: true };
  }
  return { message, isFinal: false };
}

function hasFailed({ generation, observedGeneration, conditions }: Looked): boolean {
  const ready = conditions.find((condition: Condition) => condition.type === "Ready");
  return generation === observedGeneration && ready?.status === "False" && finalReasons.has(ready.reason);
}
