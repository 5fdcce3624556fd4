import type { Clock } from "../../shared/clock.ts";
import type { DecisionObject, Subject } from "../../shared/decision.ts";
import { BadInputError, ForbiddenError, type Problem, sortProblems, UnavailableError } from "../../shared/errors.ts";
import type { IdSource } from "../../shared/ids.ts";
import type { Logger } from "../../shared/logger.ts";
import { allObjects, matchesFilter, type ObjectFilter } from "../../shared/object-filter.ts";
import { actions } from "../authorization/actions.ts";
import type { LivePolicies } from "../authorization/index.ts";
import { type CompiledPolicies, compilePolicies, parsePolicyYaml } from "../policy/index.ts";
import {
  type ChangeGroup,
  compareDecisions,
  differInData,
  mergeDocuments,
  type PolicyImpact,
} from "../policy/safety/index.ts";
import type {
  AuditLog,
  Authorized,
  Authorizer,
  CallContext,
  ObjectLister,
  PolicyDocument,
  PolicyText,
  ShadowStore,
} from "../ports.ts";
import { type PolicyReplay, replayDecisions } from "./replay.ts";
import { createShadow, type Shadow, type ShadowStatus } from "./shadow.ts";

/** Shows what a change of policies does before it is made. */
export interface PolicySafety {
  /**
   * Decisions that differ, of the users and objects that the caller may see; of the caller alone, where they may not ask for others.
   * @param before texts; absent: the live policies, of which `after` takes the place by kind and name
   * @throws {BadInputError} a text does not compile, with every fault @throws {ForbiddenError} the caller may see no policy
   */
  diff(call: CallContext, after: readonly PolicyText[], before?: readonly PolicyText[]): Promise<PolicyImpact>;
  /** `diff` of documents that were read already, against the live policies. */
  impactOf(call: CallContext, documents: readonly PolicyDocument[]): Promise<PolicyImpact>;
  /** Decides again what is on record; asks for `policy.replay` and `audit.read`. @throws {BadInputError} as `diff` @throws {ForbiddenError} */
  replay(
    call: CallContext,
    candidate: readonly PolicyText[],
    when: { readonly from?: string; readonly to?: string },
  ): Promise<PolicyReplay>;
  /** Lets a candidate answer beside the live policies of every process. @throws {BadInputError} as `diff` @throws {ConflictError} one runs */
  startShadow(auth: Authorized<"policy.shadow">, candidate: readonly PolicyText[]): Promise<ShadowStatus>;
  stopShadow(auth: Authorized<"policy.shadow">): Promise<ShadowStatus | undefined>;
  shadowStatus(auth: Authorized<"policy.shadow">): Promise<ShadowStatus | undefined>;
  /** Follows the candidate that other processes start, from now on. */
  start(): void;
  stop(): Promise<void>;
}

/** Stored objects that decisions can be about, with what says which of them a caller may see. */
export interface SeenObjects {
  readonly lister: ObjectLister;
  readonly action: "entity.read" | "resource.read" | "object.read";
  /** For objects that are seen or not by their type: the types by name, as decisions see them. */
  readonly types?: () => Promise<ReadonlyMap<string, DecisionObject>>;
}

const limits = { subjects: 5_000, objects: 20_000, columns: 2_000, records: 20_000, workMs: 6_000 };
/** longest time that others wait for their turn */
const turnMs = 10;

export function createPolicySafety(parts: {
  readonly policies: LivePolicies;
  readonly authorizer: Pick<Authorizer, "authorize" | "authorizeList">;
  readonly audit: Pick<AuditLog, "list">;
  /** everything that decisions can be about; each is asked for its own */
  readonly objects: readonly SeenObjects[];
  /** all of them, with the object that a list of users is filtered by */
  listSubjects(): Promise<readonly { readonly subject: Subject; readonly object: DecisionObject }[]>;
  readonly shadows: ShadowStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}): PolicySafety {
  const { policies, authorizer, clock } = parts;
  const shadow: Shadow = createShadow({ ...parts, store: parts.shadows });

  const live = (): CompiledPolicies => {
    const current = policies.unobserved();
    if (current) return current;
    throw new UnavailableError("the policies are not loaded, so nothing can be compared with them; try again later");
  };

  const compare = async (
    call: CallContext,
    before: CompiledPolicies,
    after: CompiledPolicies,
  ): Promise<PolicyImpact> => {
    const readable = (await authorizer.authorizeList(call, "policy.read")).filter;
    if (readable.op === "none") throw new ForbiddenError(`\`${call.subject.id}\` may see no policies`);
    const deadline = clock.now() + limits.workMs;
    const world = await readWorld(call, differInData(before, after));
    const predicates = [...new Set(Object.values(actions).map(({ predicate }) => predicate))];
    const steps = compareDecisions({ ...world, before, after, predicates, context: { time: clock.now() } });
    let turn = clock.now();
    let next = steps.next();
    while (!next.done) {
      if (clock.now() - turn >= turnMs) {
        await new Promise<void>((resolve) => clock.schedule(0, resolve));
        turn = clock.now();
      }
      const isOver = clock.now() > deadline;
      next = steps.next(
        isOver ? `it took longer than ${limits.workMs / 1000} s; what is told is what was found until then` : undefined,
      );
    }
    const cut = [world.cut, next.value.cut].filter((text) => text !== undefined).join("; ");
    return hideRules({ ...next.value, cut: cut === "" ? undefined : cut }, readable);
  };

  const mayAskForOthers = async (call: CallContext): Promise<boolean> => {
    try {
      await authorizer.authorize(call, "decision.askForOthers");
      return true;
    } catch (error) {
      if (error instanceof ForbiddenError) return false;
      throw error;
    }
  };

  /** SECURITY: what the caller may not see is not looked at, so that it cannot show in counts either. */
  const readWorld = async (call: CallContext, withColumns: boolean) => {
    const cuts: string[] = [];
    const users = (await authorizer.authorizeList(call, "user.read")).filter;
    const others = await mayAskForOthers(call);
    if (!others) cuts.push("only your own access was looked at, because you may not ask what others may do");
    const seen = (await parts.listSubjects()).filter(({ subject, object }) =>
      others ? matchesFilter(users, object) : subject.id === call.subject.id,
    );
    if (seen.length > limits.subjects) cuts.push(`only ${limits.subjects} of ${seen.length} users were looked at`);
    const objects: DecisionObject[] = [];
    let described = 0;
    for (const { lister, type, filter } of await readableTypes(call)) {
      let after: string | undefined;
      while (objects.length < limits.objects) {
        const page = await lister.list({ type, filter }, { first: 100, after });
        for (const { object } of page.items) {
          const isDescribed = withColumns && type === "dataset" && described < limits.columns;
          if (isDescribed) described++;
          objects.push(isDescribed ? await lister.describe(object) : object);
        }
        if (!page.hasNextPage) break;
        after = page.items.at(-1)?.cursor;
      }
    }
    if (objects.length >= limits.objects) cuts.push(`only ${limits.objects} objects were looked at`);
    if (described >= limits.columns) cuts.push(`masks were looked at for ${limits.columns} datasets only`);
    const subjects = seen.slice(0, limits.subjects).map(({ subject }) => subject);
    return {
      subjects,
      objects: objects.slice(0, limits.objects),
      cut: cuts.length === 0 ? undefined : cuts.join("; "),
    };
  };

  /** Which types of objects the caller may see, and which of each. */
  const readableTypes = async (call: CallContext) => {
    const readable: { readonly lister: ObjectLister; readonly type: string; readonly filter: ObjectFilter }[] = [];
    for (const { lister, action, types } of parts.objects) {
      const { filter } = await authorizer.authorizeList(call, action);
      const described = await types?.();
      for (const type of await lister.types()) {
        if (type === "column" || type === "entity" || type === "resource") continue;
        if (!described) {
          readable.push({ lister, type, filter });
          continue;
        }
        const one = described.get(type);
        if (one && matchesFilter(filter, one)) readable.push({ lister, type, filter: allObjects });
      }
    }
    return readable;
  };

  return {
    async diff(call, after, before) {
      if (!before) return compare(call, live(), compile(policies.documents(), read(after)));
      return compare(call, compile(policies.builtIn, read(before)), compile(policies.builtIn, read(after)));
    },
    impactOf: async (call, documents) => compare(call, live(), compile(policies.documents(), documents)),
    async replay(call, candidate, when) {
      await authorizer.authorize(call, "policy.replay");
      await authorizer.authorize(call, "audit.read");
      const deadline = clock.now() + limits.workMs;
      const subjects = new Map((await parts.listSubjects()).map(({ subject }) => [subject.id, subject]));
      const question = {
        ...when,
        live: live(),
        candidate: compile(policies.documents(), read(candidate)),
        maxRecords: limits.records,
        stopReason: () =>
          clock.now() > deadline
            ? `it took longer than ${limits.workMs / 1000} s; older records were not read`
            : undefined,
      };
      return replayDecisions(question, {
        audit: parts.audit,
        objects: { describe: (object) => describeByAll(parts.objects, object) },
        findSubject: async (id) => subjects.get(id),
      });
    },
    async startShadow({ subject }, candidate) {
      compile(policies.documents(), read(candidate));
      return shadow.start(candidate, subject.id);
    },
    stopShadow: () => shadow.stop(),
    shadowStatus: () => shadow.status(),
    start: () => shadow.follow(),
    stop: () => shadow.close(),
  };
}

async function describeByAll(sources: readonly SeenObjects[], object: DecisionObject): Promise<DecisionObject> {
  let known = object;
  for (const { lister } of sources) known = await lister.describe(known);
  return known;
}

/** @throws {BadInputError} with every fault */
function read(texts: readonly PolicyText[]): readonly PolicyDocument[] {
  const parsed = texts.map(({ text, file }) => parsePolicyYaml(text, file));
  refuse(parsed.flatMap(({ problems }) => problems));
  return parsed.flatMap(({ documents }) => documents);
}

/** @throws {BadInputError} with every fault */
function compile(beside: readonly PolicyDocument[], documents: readonly PolicyDocument[]): CompiledPolicies {
  const { policies, problems } = compilePolicies(mergeDocuments(beside, documents));
  refuse(problems);
  return policies;
}

function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const message = problems.length === 1 ? first.message : `${problems.length} faults in the policies`;
  throw new BadInputError(message, { problems: sortProblems(problems) });
}

/** SECURITY: rules of policies that the caller may not see are not named. */
function hideRules(impact: PolicyImpact, readable: ObjectFilter): PolicyImpact {
  if (readable.op === "all") return impact;
  const isReadable = (policy: string): boolean =>
    matchesFilter(readable, {
      paths: [`urn:dataos:policy:${policy}`],
      tags: ["dataos:type:policy"],
      attributes: { name: policy },
    });
  const side = (one: ChangeGroup["before"]): ChangeGroup["before"] => ({
    ...one,
    because: one.because.filter(({ policy }) => isReadable(policy)),
  });
  const groups = impact.groups.map((group) => ({ ...group, before: side(group.before), after: side(group.after) }));
  const named = (ids: readonly string[]): string[] =>
    ids.filter((id) => isReadable(id.replace(/^grant\//, "").replace(/\/\d+$/, "")));
  return { ...impact, groups, rulesAdded: named(impact.rulesAdded), rulesRemoved: named(impact.rulesRemoved) };
}
