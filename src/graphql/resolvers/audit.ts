import type { AuditEntry, AuditRecord } from "../../heimdall/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import { given } from "../given.ts";
import { openList } from "../paging/connection.ts";
import { query } from "../root-field.ts";

const outcomes: readonly AuditEntry["outcome"][] = ["allow", "deny", "success", "failure"];

/** Root fields about the audit log. */
export const auditFields = {
  Query: {
    auditEvents: query("auditEvents", async (_, { filter, ...page }, context) => {
      const { actor, type, outcome, object, from, to } = filter ?? {};
      const wanted = {
        ...given("actor", actor),
        ...given("type", type),
        ...given("outcome", outcome ? parseOutcome(outcome) : undefined),
        ...given("object", object),
        ...given("from", from),
        ...given("to", to),
      };
      const list = openList(context, ["auditEvents", wanted], page);
      const { records, cursors, next } = await context.services.audit.list(wanted, list.page);
      const items = records.map((node, index) => ({ cursor: cursors[index] ?? "", node }));
      return list.toConnection({ items, hasNextPage: next !== undefined }, toEvent);
    }),
    auditVerification: query("auditVerification", async (_, __, { services }) => {
      const { heads, problem, ...verification } = await services.audit.verify();
      return {
        ...verification,
        problem: problem ?? null,
        heads: [...heads].map(([chain, head]) => ({ chain, ...head })),
      };
    }),
  },
};

function parseOutcome(text: string): AuditEntry["outcome"] {
  const outcome = outcomes.find((known) => known === text);
  if (outcome) return outcome;
  throw new BadInputError(`\`filter.outcome\` is \`${text.slice(0, 100)}\`, expected one of ${outcomes.join(", ")}`);
}

function toEvent(record: AuditRecord) {
  return {
    chain: record.chain,
    seq: record.seq,
    at: record.at,
    type: record.type,
    actor: record.actor,
    action: record.action,
    object: record.object,
    outcome: record.outcome,
    decisionId: record.decisionId ?? null,
    policyVersion: record.policyVersion ?? null,
    rules: record.rules ?? [],
    requestId: record.requestId ?? null,
    ip: record.ip ?? null,
    details: record.items ? { ...record.details, items: record.items } : (record.details ?? null),
    prevHash: record.prevHash,
    hash: record.hash,
  };
}
