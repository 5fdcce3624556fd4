import type { DecisionObject } from "../../shared/decision.ts";
import { BadInputError, ConflictError, ForbiddenError, NotFoundError, type Problem } from "../../shared/errors.ts";
import { compileGlob } from "../../shared/glob.ts";
import { allObjects, matchesFilter, type ObjectFilter } from "../../shared/object-filter.ts";
import { recordChange } from "../audit/index.ts";
import type { Action } from "../authorization/actions.ts";
import type { Authorized } from "../authorization/authorized.ts";
import type {
  AuditLog,
  Authorizer,
  CallContext,
  IdentityStore,
  ObjectChange,
  ObjectDirectory,
  ObjectRef,
  ObjectRegistry,
  ObjectType,
  PolicyChecker,
  RegisteredObject,
  StoredCheck,
} from "../ports.ts";
import { findObjectFault, findTypeFault } from "./check-object.ts";
import { describeRegisteredObject } from "./describe-object.ts";
import { describeObjectType } from "./describe-type.ts";
import { toVersioned } from "./object-version.ts";

const maxObjects = 1_000;
const maxTypes = 20;
const maxProblems = 20;
/** most objects on one record */
const maxRecorded = 100;

/** The registry over a directory; `policyChecker` says what policies look at. */
export function createObjectRegistry(parts: {
  readonly directory: ObjectDirectory;
  readonly authorizer: Pick<Authorizer, "authorize" | "decide">;
  readonly audit: Pick<AuditLog, "append">;
  readonly policyChecker: Pick<PolicyChecker, "objectFacts">;
  readonly identity: Pick<IdentityStore, "findUser">;
}): ObjectRegistry {
  const { directory, authorizer, audit, policyChecker, identity } = parts;

  const findType = async (name: string): Promise<ObjectType | undefined> =>
    (await directory.listTypes()).find((type) => type.name === name);
  /** A type that is not there has no owner, so that only those who may use every type learn that. */
  const authorizeOn = async <A extends Action>(call: CallContext, action: A, name: string): Promise<Authorized<A>> => {
    refuseName(name);
    return authorizer.authorize(call, action, describeObjectType((await findType(name)) ?? { name }));
  };
  /** Makes a change that is on record before, by what was decided on each type: at most 100 objects on one record. */
  const recorded = async (
    call: CallContext,
    decided: readonly {
      readonly auth: Pick<Authorized, "action" | "decisionId" | "policyVersion">;
      readonly paths: readonly string[];
    }[],
    work: () => Promise<void>,
  ): Promise<void> => {
    let change = work;
    for (const { auth, paths } of decided) {
      for (let start = 0; start < paths.length; start += maxRecorded) {
        const entry = {
          actor: call.subject.id,
          action: auth.action,
          object: paths.slice(start, start + maxRecorded),
          decisionId: auth.decisionId,
          policyVersion: auth.policyVersion,
          requestId: call.requestId,
          ...(call.ip === undefined ? {} : { ip: call.ip }),
        };
        // each record begins before those within it, and so before the change, and ends after it
        const inner = change;
        change = () => recordChange(audit, entry, inner);
      }
    }
    await change();
  };

  const mayEscalate = async (call: CallContext, type: Pick<ObjectType, "name"> & Partial<ObjectType>) => {
    const [decision] = await authorizer.decide(call, [
      { subject: call.subject, predicate: "escalate", object: describeObjectType(type) },
    ]);
    return { isAllowed: decision?.effect === "allow", decisionId: decision?.decisionId };
  };

  /** What of the change would give somebody more, in words. */
  const widenings = (change: ObjectChange, stored: RegisteredObject | undefined): string[] => {
    const facts = policyChecker.objectFacts({
      before: asObject(change.ref, stored, true),
      after: asObject(change.ref, change.after, change.after !== undefined),
      isContainer: false,
    });
    return facts.length === 0 ? [] : [`${nameOf(change.ref)}: policies look at what changes (${facts.join("; ")})`];
  };

  /**
   * Asks for `escalate` on each type where policies look at what changes. Gives the look to take again within the transaction, because
   * somebody else may change an object in between.
   */
  const protect = async (
    call: CallContext,
    changes: readonly ObjectChange[],
  ): Promise<{
    readonly refused: readonly string[];
    readonly decisionId: string | undefined;
    again(find: (ref: ObjectRef) => RegisteredObject | undefined): void;
  }> => {
    const stored = new Map((await directory.getMany(changes.map(({ ref }) => ref))).map((one) => [keyOf(one), one]));
    const factsOf = (type: string, find: (ref: ObjectRef) => RegisteredObject | undefined): string[] =>
      changes.filter(({ ref }) => ref.type === type).flatMap((change) => widenings(change, find(change.ref)));
    const types = [...new Set(changes.map(({ ref }) => ref.type))];
    const refused: string[] = [];
    const trusted = new Set<string>();
    let refusal: string | undefined;
    for (const name of types) {
      const facts = factsOf(name, (ref) => stored.get(keyOf(ref)));
      if (facts.length === 0) continue;
      const { isAllowed, decisionId } = await mayEscalate(call, (await findType(name)) ?? { name });
      if (isAllowed) trusted.add(name);
      else refused.push(...facts);
      if (!isAllowed) refusal ??= decisionId;
    }
    return {
      refused,
      decisionId: refusal,
      again(find) {
        const another = types.filter((name) => !trusted.has(name)).flatMap((name) => factsOf(name, find));
        if (another.length > 0) throw new ConflictError("somebody else changed one of these objects; repeat the call");
      },
    };
  };
  const refuseUntrusted = async (call: CallContext, changes: readonly ObjectChange[]) => {
    const { refused, decisionId, again } = await protect(call, changes);
    if (refused.length > 0) throw toRefusal(refused, decisionId);
    return again;
  };

  return {
    async listTypes(auth) {
      return (await directory.listTypes()).filter((type) => matchesFilter(auth.filter, describeObjectType(type)));
    },

    async putType(call, { name, description, owner }, { dryRun }) {
      const fault = findTypeFault({ name, description, owner: owner ?? "" });
      if (fault !== undefined) throw new BadInputError(fault);
      const stored = await findType(name);
      const type: ObjectType = { name, description, owner: owner ?? (stored?.owner || call.subject.id) };
      const action = stored ? "objectType.update" : "objectType.create";
      const auth = await authorizer.authorize(call, action, describeObjectType(stored ?? type));
      if (owner !== undefined && owner !== stored?.owner && !(await identity.findUser(owner))) {
        throw new BadInputError(`there is no user \`${owner.slice(0, 100)}\` who could be the owner`);
      }
      if (stored?.owner !== type.owner) {
        const { isAllowed, decisionId } = await mayEscalate(call, stored ?? { name });
        if (!isAllowed) throw new ForbiddenError(handOver(name), decisionId);
      }
      if (dryRun) return type;
      await recorded(call, [{ auth, paths: describeObjectType(type).paths }], () =>
        directory.putType(type, (now) => {
          if (now?.owner === stored?.owner) return;
          throw new ConflictError(`somebody else changed \`${name}\`; repeat the call`);
        }),
      );
      return type;
    },

    async deleteType(call, name, { dryRun }) {
      const auth = await authorizeOn(call, "objectType.delete", name);
      if (!(await findType(name))) throw new NotFoundError(`there is no type \`${name}\` of objects`);
      if (dryRun && (await directory.hasObjects(name))) {
        throw new ConflictError(`there are objects of type \`${name}\`; delete them first`);
      }
      if (dryRun) return;
      await recorded(call, [{ auth, paths: describeObjectType({ name }).paths }], () => directory.deleteType(name));
    },

    async list(call, { type, tag }, page) {
      const filter: ObjectFilter = tag === undefined ? allObjects : { op: "tag", glob: compileGlob(tag, "tag").glob };
      await authorizeOn(call, "object.read", type);
      const { items, hasNextPage } = await directory.list(type, filter, page);
      return { items: items.map(({ cursor, object }) => ({ cursor, object: toVersioned(object) })), hasNextPage };
    },

    async get(call, ref) {
      await authorizeOn(call, "object.read", ref.type);
      const found = await directory.get(ref.type, ref.id);
      if (!found) throw new NotFoundError(`there is no ${nameOf(ref)}`);
      return toVersioned(found);
    },

    async register(call, objects, { dryRun }) {
      refuseCount(objects);
      const auths = new Map<string, Authorized<"object.register">>();
      for (const type of typesOf(objects)) auths.set(type, await authorizeOn(call, "object.register", type));
      // every fault is told before what policies look at
      await directory.put(objects, { dryRun: true });
      const again = await refuseUntrusted(
        call,
        objects.map(({ type, id, tags, attributes }) => ({ ref: { type, id }, after: { tags, attributes } })),
      );
      const check: StoredCheck = (find) => {
        refuseOld(objects, find);
        again(find);
      };
      if (dryRun) await directory.put(objects, { dryRun, check });
      else await recorded(call, decidedOn(auths, objects), () => directory.put(objects, { check }));
      return objects.map(toVersioned);
    },

    async unregister(call, refs, { dryRun }) {
      refuseCount(refs);
      const auths = new Map<string, Authorized<"object.unregister">>();
      for (const type of typesOf(refs)) auths.set(type, await authorizeOn(call, "object.unregister", type));
      const again = await refuseUntrusted(
        call,
        refs.map(({ type, id }) => ({ ref: { type, id }, after: undefined })),
      );
      const check: StoredCheck = (find) => {
        refuseOld(refs, find);
        again(find);
      };
      if (dryRun) await directory.delete(refs, { dryRun, check });
      else await recorded(call, decidedOn(auths, refs), () => directory.delete(refs, { check }));
    },

    findFaults(type, objects) {
      const fault = findTypeFault(type);
      const seen = new Set<string>();
      return [
        ...(fault === undefined ? [] : [{ index: undefined, message: fault }]),
        ...objects.flatMap((object, index) => {
          const isTwice = seen.has(keyOf(object));
          seen.add(keyOf(object));
          const message = isTwice ? `${nameOf(object)} is listed twice; keep one of them` : findObjectFault(object);
          return message === undefined ? [] : [{ index, message }];
        }),
      ];
    },

    async judgeManifest(call, name, type, changes) {
      const against: string[] = [];
      const ask = async (action: Action, object: DecisionObject): Promise<void> => {
        try {
          await authorizer.authorize(call, action, object);
        } catch (error) {
          if (!(error instanceof ForbiddenError)) throw error;
          against.push(error.message);
        }
      };
      const stored = await findType(name);
      if (!type) await ask("objectType.delete", describeObjectType(stored ?? { name }));
      else if (stored) await ask("objectType.update", describeObjectType(stored));
      else await ask("objectType.create", describeObjectType(type));
      if (changes.some(({ after }) => after)) {
        await ask("object.register", describeObjectType(stored ?? type ?? { name }));
      }
      if (changes.some(({ after }) => !after)) {
        await ask("object.unregister", describeObjectType(stored ?? { name }));
      }
      if (against.length > 0) return [...new Set(against)];
      if (type && stored?.owner !== type.owner && !(await mayEscalate(call, stored ?? { name })).isAllowed) {
        against.push(handOver(name));
      }
      const { refused } = changes.length > 0 ? await protect(call, changes) : { refused: [] };
      return [...against, ...(refused.length > 0 ? [explain(refused)] : [])];
    },
  };
}

/** SECURITY: of an object that is gone not even the tag of its type is known. */
function asObject(ref: ObjectRef, object: Pick<RegisteredObject, "tags" | "attributes"> | undefined, isThere: boolean) {
  const described = describeRegisteredObject({
    ...ref,
    tags: object?.tags ?? [],
    attributes: object?.attributes ?? {},
  });
  return isThere ? described : { ...described, tags: [] };
}

function keyOf({ type, id }: ObjectRef): string {
  return JSON.stringify([type, id]);
}

function nameOf({ type, id }: ObjectRef): string {
  return `\`${type.slice(0, 64)}:${id.slice(0, 100)}\``;
}

function pathsOf(refs: readonly ObjectRef[]): readonly string[] {
  const paths = refs.map(({ type, id }) => describeRegisteredObject({ type, id, tags: [], attributes: {} }).paths[1]);
  return [...new Set(paths)].filter((path) => path !== undefined);
}

/** What was decided on each type, with the objects that it is about. */
function decidedOn(auths: ReadonlyMap<string, Authorized>, refs: readonly ObjectRef[]) {
  return [...auths].map(([type, auth]) => ({ auth, paths: pathsOf(refs.filter((ref) => ref.type === type)) }));
}

function typesOf(refs: readonly ObjectRef[]): readonly string[] {
  const types = [...new Set(refs.map(({ type }) => type))];
  if (types.length > maxTypes)
    throw new BadInputError(`${types.length} types in one call; at most ${maxTypes} are taken`);
  return types;
}

function refuseName(name: string): void {
  const fault = findTypeFault({ name, description: undefined, owner: "" });
  if (fault !== undefined) throw new BadInputError(fault);
}

function refuseCount({ length }: readonly unknown[]): void {
  if (length === 0) throw new BadInputError(`no object in the call; expected 1 to ${maxObjects}`);
  if (length > maxObjects) throw new BadInputError(`${length} objects in one call; at most ${maxObjects} are taken`);
}

function refuseOld(
  refs: readonly (ObjectRef & { readonly ifVersion?: string | undefined })[],
  find: (ref: ObjectRef) => RegisteredObject | undefined,
): void {
  for (const ref of refs) {
    if (ref.ifVersion === undefined) continue;
    const stored = find(ref);
    const version = stored && toVersioned(stored).version;
    if (version === ref.ifVersion) continue;
    const now = version === undefined ? "is not there" : `has version \`${version}\``;
    throw new ConflictError(
      `${nameOf(ref)} ${now}, not \`${ref.ifVersion.slice(0, 40)}\`; read it again and repeat the call`,
    );
  }
}

function toRefusal(refused: readonly string[], decisionId: string | undefined): ForbiddenError {
  const problems: Problem[] = refused.slice(0, maxProblems).map((fact) => ({ message: explain([fact]) }));
  return new ForbiddenError(explain(refused), decisionId, { problems });
}

function explain(refused: readonly string[]): string {
  const shown = refused.slice(0, 3).join("; ");
  const more = refused.length > 3 ? ` and ${refused.length - 3} more` : "";
  return `${shown}${more}, so this is a change of what they give; ask the type's owner, or somebody who may \`escalate\` on the type`;
}

/** SECURITY: the owner may `escalate`, so making one is handing that out; of a type to be it is asked without an owner. */
function handOver(name: string): string {
  return `the owner of \`${name}\` decides what policies give by its objects; ask the present owner, or somebody who may \`escalate\` on the type`;
}
