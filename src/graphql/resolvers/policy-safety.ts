import type { PolicyReplay, PolicySafety, ShadowStatus } from "../../heimdall/safety/index.ts";
import { formatPlace } from "../errors/user-errors.ts";
import { given } from "../given.ts";
import { changing } from "../record-change.ts";
import { mutation, query } from "../root-field.ts";

type Impact = Awaited<ReturnType<PolicySafety["diff"]>>;

/** Root fields that show what a change of policies does. */
export const policySafetyFields = {
  Query: {
    policyDiff: query("policyDiff", async (call, { after, before }, { services }) =>
      toImpact(await services.policySafety.diff(call, after, before ?? undefined)),
    ),
    policyReplay: query("policyReplay", async (call, { candidate, from, to }, { services }) =>
      toReplay(await services.policySafety.replay(call, candidate, { ...given("from", from), ...given("to", to) })),
    ),
    policyShadow: query("policyShadow", async (auth, _, { services }) =>
      toShadow(await services.policySafety.shadowStatus(auth)),
    ),
  },
  Mutation: {
    startPolicyShadow: mutation(
      "startPolicyShadow",
      async (auth, { input }, context) => {
        const started = await changing(
          context,
          auth,
          { object: [] },
          () => context.services.policySafety.startShadow(auth, input.candidate),
          ({ documents, version }) => ({ details: { documents, version } }),
        );
        return { shadow: toShadow(started), userErrors: [] };
      },
      (userErrors) => ({ shadow: null, userErrors }),
    ),
    stopPolicyShadow: mutation(
      "stopPolicyShadow",
      async (auth, _, context) => {
        const last = await changing(
          context,
          auth,
          { object: [] },
          () => context.services.policySafety.stopShadow(auth),
          (ended) => ({ details: ended ? { version: ended.version, disagreed: ended.disagreed } : {} }),
        );
        return { shadow: toShadow(last), userErrors: [] };
      },
      (userErrors) => ({ shadow: null, userErrors }),
    ),
  },
};

/** As the API shows it. */
export function toImpact(impact: Impact) {
  return { ...impact, cut: impact.cut ?? null, groups: impact.groups.map(toGroup) };
}

function toReplay(replay: PolicyReplay) {
  return { ...replay, cut: replay.cut ?? null, groups: replay.groups.map(toGroup) };
}

function toShadow(status: ShadowStatus | undefined) {
  return status ? { ...status, problem: status.problem ?? null, groups: status.groups.map(toGroup) } : null;
}

function toGroup({ before, after, ...group }: Impact["groups"][number]) {
  return { ...group, before: toSide(before), after: toSide(after) };
}

function toSide({ effect, denyReason, because, obligations }: Impact["groups"][number]["before"]) {
  return {
    effect,
    denyReason: denyReason ?? null,
    because: because.map((rule) => ({ ...rule, reason: rule.reason ?? null, at: formatPlace(rule) ?? "" })),
    obligations,
  };
}
