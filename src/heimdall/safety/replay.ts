import type { DecisionObject, Subject } from "../../shared/decision.ts";
import { type Action, actions } from "../authorization/actions.ts";
import { describeAction } from "../authorization/describe-action.ts";
import type { CompiledPolicies } from "../policy/index.ts";
import { type ChangeGroup, compareOne, createChangeGroups } from "../policy/safety/index.ts";
import type { AuditLog, AuditRecord, ObjectSource } from "../ports.ts";
import { findOffRecord } from "./off-record.ts";

/** What a candidate would have answered to the decisions on record. */
export interface PolicyReplay {
  readonly candidateVersion: string;
  /** decisions on record that were looked at */
  readonly read: number;
  /** those that both policies decided again */
  readonly replayed: number;
  /** those that would be answered differently */
  readonly changed: number;
  /** the biggest first */
  readonly groups: readonly ChangeGroup[];
  /** those that cannot be replayed, because a rule that may matter reads what is not on record; in none of the other counts */
  readonly unreplayable: number;
  /** why, in words; the first 20 reasons, sorted */
  readonly unreplayableBecause: readonly string[];
  /** list filters, which are no single decisions, and decisions about subjects that are gone */
  readonly skipped: number;
  /** those that the live policies answer differently today than they are recorded: the world changed, or the asker said more than is on record */
  readonly drifted: number;
  /** `undefined`: every record of the time was read */
  readonly cut: string | undefined;
}

export interface ReplayQuestion {
  readonly live: CompiledPolicies;
  readonly candidate: CompiledPolicies;
  /** RFC 3339 */
  readonly from?: string;
  readonly to?: string;
  /** at most so many records, the newest */
  readonly maxRecords: number;
  /** text: why it has to end now */
  stopReason(): string | undefined;
}

/** One answer on record. */
interface Recorded {
  readonly subject: string;
  readonly action: string;
  readonly object: readonly string[];
  readonly outcome: string;
  /** another party asked, who may have said more than is on record */
  readonly isAsked: boolean;
  readonly record: AuditRecord;
}

const pageSize = 200;
const maxReasons = 20;

/**
 * Decides again what is on record, by both policies: at the time of the record and from the address on it, with subjects and objects as
 * they are now, in the default collection.
 * INVARIANT: live and candidate answer the same question, so what is reported is the candidate's doing and nothing else.
 */
export async function replayDecisions(
  question: ReplayQuestion,
  parts: {
    readonly audit: Pick<AuditLog, "list">;
    readonly objects: ObjectSource;
    findSubject(id: string): Promise<Subject | undefined>;
  },
): Promise<PolicyReplay> {
  const { live, candidate, from, to, maxRecords } = question;
  const groups = createChangeGroups();
  const subjects = new Map<string, Subject | undefined>();
  const objects = new Map<string, DecisionObject>();
  const offRecord = findOffRecord([live, candidate]);
  const reasons = new Set<string>();
  let [read, replayed, skipped, drifted, unreplayable] = [0, 0, 0, 0, 0];
  let cut: string | undefined;
  let after: string | undefined;
  do {
    const filter = { type: "decision", ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const page = await parts.audit.list(filter, { first: Math.min(pageSize, maxRecords - read), after });
    for (const record of page.records) {
      read++;
      const recorded = answersOf(record);
      if (recorded.length === 0) skipped++;
      for (const one of recorded) {
        if (!subjects.has(one.subject)) subjects.set(one.subject, await parts.findSubject(one.subject));
        const subject = subjects.get(one.subject);
        if (!subject) {
          skipped++;
          continue;
        }
        const object = await objectOf(one, objects, parts.objects);
        const predicate = isAction(one.action) ? actions[one.action].predicate : one.action;
        // the address is the caller's, and says nothing of somebody else
        const ip = one.subject === record.actor ? record.ip : undefined;
        const context = { time: Date.parse(record.at), ...(ip === undefined ? {} : { ip }) };
        const request = { subject, predicate, object, context };
        const why = offRecord.whyNot(request, one.isAsked);
        if (why !== undefined) {
          unreplayable++;
          if (reasons.size < maxReasons) reasons.add(why);
          continue;
        }
        const change = compareOne(live, candidate, request);
        replayed++;
        if (change) groups.add(change);
        if ((change?.before ?? live.decide(request)).effect !== one.outcome) drifted++;
      }
    }
    after = page.next;
    cut = after === undefined ? undefined : (question.stopReason() ?? endOf(read, maxRecords));
  } while (after !== undefined && cut === undefined);
  return {
    candidateVersion: candidate.version,
    read,
    replayed,
    changed: groups.count(),
    groups: groups.list(),
    unreplayable,
    unreplayableBecause: [...reasons].sort(),
    skipped,
    drifted,
    cut,
  };
}

function endOf(read: number, maxRecords: number): string | undefined {
  return read >= maxRecords ? `the newest ${maxRecords} records were read, older ones were not` : undefined;
}

/** The single decisions of a record; none for a list. */
function answersOf(record: AuditRecord): readonly Recorded[] {
  const { actor, action, object, outcome, items, details } = record;
  if (items) return items.map((item) => ({ ...item, record, isAsked: true }));
  if (details?.filter !== undefined) return [];
  const asked = typeof details?.subject === "string" ? details.subject : undefined;
  return [{ subject: asked ?? actor, action, object, outcome, record, isAsked: asked !== undefined }];
}

async function objectOf(
  { action, object: names }: Recorded,
  known: Map<string, DecisionObject>,
  source: ObjectSource,
): Promise<DecisionObject> {
  const key = JSON.stringify([isAction(action) ? action : "", names]);
  const seen = known.get(key);
  if (seen) return seen;
  // what has no address is on record by the tag of its type
  const paths = names.filter((name) => !isTag(name));
  const bare = { paths, tags: names.filter(isTag), attributes: {} };
  const described = paths.length > 0 ? await source.describe(bare) : bare;
  const object = isAction(action) ? describeAction(action, paths.length > 0 ? described : undefined) : described;
  known.set(key, object);
  return object;
}

function isAction(action: string): action is Action {
  return Object.hasOwn(actions, action);
}

function isTag(name: string): boolean {
  return name.startsWith("dataos:") && !name.startsWith("dataos://");
}
