/** What Heimdall offers to the rest and what it needs from it. */
import type { Attributes, Decision, DecisionContext, DecisionObject, Subject } from "../shared/decision.ts";
import type { Problem } from "../shared/errors.ts";
import type { ObjectFilter } from "../shared/object-filter.ts";
import type { Secret } from "../shared/secret.ts";
import type { Action } from "./authorization/actions.ts";
import type { Authorized } from "./authorization/authorized.ts";

export type { Action } from "./authorization/actions.ts";
export type { Authorized } from "./authorization/authorized.ts";

/** One call from outside: who, from where, as part of which request. Made by the HTTP edge. */
export interface CallContext {
  readonly subject: Subject;
  readonly requestId: string;
  readonly ip: string | undefined;
  /** e.g. `graphql`, `rest`, `workflow` */
  readonly via: string;
}

/** The rest of the server asks here before it does anything. */
export interface Authorizer {
  /**
   * Decides and records one action on one object. The record is durable when the promise resolves.
   * @param object what it is about; for actions without an object (`workspace.list`…) leave it out
   * @throws {ForbiddenError} the decision was deny (recorded too)
   * @throws {AuditUnavailableError} it could not be recorded
   */
  authorize<A extends Action>(call: CallContext, action: A, object?: DecisionObject): Promise<Authorized<A>>;
  /** Decides and records a list: never throws for "may see nothing", then `Authorized.filter` is `none`. */
  authorizeList<A extends Action>(call: CallContext, action: A): Promise<Authorized<A>>;
  /**
   * Answers another party's questions, on one record for each 100 of them. Order of answers is that of the questions.
   * Asking for a subject other than oneself needs action `decision.askForOthers`; the caller checks that first.
   */
  decide(call: CallContext, questions: readonly DecisionQuestion[]): Promise<readonly Decision[]>;
  /**
   * Decides whether the caller may ask, answers the questions, and records both at once.
   * @param stopAt the first answer with this effect is the last one given; what follows is not decided
   * @throws {ForbiddenError} the caller may not ask (recorded)
   * @throws {AuditUnavailableError} it could not be recorded
   */
  answer(
    call: CallContext,
    action: "decision.ask" | "decision.askForOthers",
    questions: readonly DecisionQuestion[],
    stopAt?: "allow" | "deny",
  ): Promise<readonly Decision[]>;
  /** Like `decide` without a record, for the parts of an answer (fields, columns) of a call that is already recorded. */
  check(call: CallContext, predicate: string, object: DecisionObject): boolean;
  /**
   * What of a change of a subject is a change of what policies give: attributes that they read, tags taken away that a deny or a data
   * policy is about; in words, sorted. SECURITY: only who holds `escalate` on the user may make such a change.
   */
  policyFacts(
    before: { readonly tags: readonly string[]; readonly attributes: Attributes },
    after: { readonly tags: readonly string[]; readonly attributes: Attributes },
  ): readonly string[];
}

export interface DecisionQuestion {
  readonly subject: Subject | { readonly unknownId: string };
  readonly predicate: string;
  readonly object: DecisionObject;
  readonly context?: Partial<DecisionContext>;
  readonly collection?: string;
}

/** What Heimdall knows of objects that are named by URN, UDL or API path (policy information point). */
export interface ObjectSource {
  /** Completes what the caller said of the object (paths, tags, attributes, columns); an unknown one comes back as it is. */
  describe(object: DecisionObject): Promise<DecisionObject>;
  /** The same without a turn of the event loop, where nothing needs to be read; `undefined` says nothing. */
  recall?(object: DecisionObject): DecisionObject | undefined;
}

/** Stored objects that searches look through. What it lists agrees with `matchesFilter` over what `describe` says. */
export interface ObjectLister extends ObjectSource {
  /** Names of the types of objects it may hold, e.g. `dataset`, `workflow`. */
  types(): Promise<readonly string[]>;
  /**
   * Those that `filter` lets through, in an order that stays; none for a type that is not its own.
   * @param page `first` 1..100; `after`: cursor of an item @throws {BadInputError} `after` is no cursor
   */
  list(
    wanted: { readonly type: string | undefined; readonly filter: ObjectFilter },
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly object: DecisionObject }[];
    readonly hasNextPage: boolean;
  }>;
}

/** A kind of objects that services register, so that policies and searches can speak of them. */
export interface ObjectType {
  /** `[A-Za-z][A-Za-z0-9_.-]{0,63}`, none of the platform's own kinds */
  readonly name: string;
  readonly description: string | undefined;
  /** id of the user who answers for it and for what is registered of it */
  readonly owner: string;
}

/** An object that a service registered. Policies see it as `describeRegisteredObject` says. */
export interface RegisteredObject {
  /** name of an `ObjectType` */
  readonly type: string;
  /** 1..256 characters, whatever the service calls it */
  readonly id: string;
  readonly tags: readonly string[];
  readonly attributes: Attributes;
}

/** An object by its name. */
export type ObjectRef = Pick<RegisteredObject, "type" | "id">;

/** Looks at what is stored, within the transaction that changes it; what it throws ends the change. */
export type StoredCheck = (find: (ref: ObjectRef) => RegisteredObject | undefined) => void;

/** Objects of services. What it lists agrees with `matchesFilter` over their descriptions. */
export interface ObjectDirectory {
  /** By name. */
  listTypes(): Promise<readonly ObjectType[]>;
  /**
   * Creates or replaces. @param check as `StoredCheck`, of the type
   * @throws {BadInputError} the name is wrong or the platform's own @throws {ConflictError} somebody else creates it meanwhile
   */
  putType(type: ObjectType, check?: (stored: ObjectType | undefined) => void): Promise<void>;
  /** Idempotent. @throws {ConflictError} it has objects */
  deleteType(name: string): Promise<void>;
  /** Whether it has objects; with `manifest`: others than those that this manifest put. */
  hasObjects(type: string, manifest?: string): Promise<boolean>;
  /**
   * Those that `filter` lets through, by id, byte by byte; none for a type that is not known.
   * @param page `first` 1..1000; `after`: cursor of an item @throws {BadInputError} `after` is no cursor
   */
  list(
    type: string,
    filter: ObjectFilter,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly object: RegisteredObject }[];
    readonly hasNextPage: boolean;
  }>;
  /** Own changes show at once, those of other processes within a second. */
  get(type: string, id: string): Promise<RegisteredObject | undefined>;
  /** What `get` answered lately and would answer now, without a turn of the event loop: `null` no such object, `undefined` says nothing. */
  recall(type: string, id: string): RegisteredObject | null | undefined;
  /** Those that there are, in no particular order; at most 1,000. */
  getMany(refs: readonly ObjectRef[]): Promise<readonly RegisteredObject[]>;
  /**
   * Creates or replaces all of them or none; at most 1,000. The last of those with one name counts.
   * @param how `manifest`: uid of the manifest that says so; `dryRun`: everything but writing
   * @throws {BadInputError} every fault: an unknown type, a wrong id, tag or attribute, too many
   */
  put(
    objects: readonly RegisteredObject[],
    how?: { readonly manifest?: string; readonly check?: StoredCheck; readonly dryRun?: boolean },
  ): Promise<void>;
  /** Idempotent; at most 1,000. */
  delete(refs: readonly ObjectRef[], how?: { readonly check?: StoredCheck; readonly dryRun?: boolean }): Promise<void>;
  /** Deletes what the manifest put and nobody put again since, but for objects of `type` with an id of `keep`. */
  deleteOfManifest(manifest: string, type: string, keep: ReadonlySet<string>): Promise<void>;
}

/** An object with the mark of what it says: equal for equal tags and attributes. */
export interface VersionedObject extends RegisteredObject {
  readonly version: string;
}

/** A change of an object; `undefined`: it is, or will be, not there. */
export interface ObjectChange {
  readonly ref: ObjectRef;
  readonly after: Pick<RegisteredObject, "tags" | "attributes"> | undefined;
}

/**
 * The way in for services: every method decides, records and then does it, on the object type. An unknown type looks to those who
 * may not use it like one that is not theirs.
 * @throws {ForbiddenError} each method: the decision is deny; or policies look at what is changed, and the caller may not `escalate`
 */
export interface ObjectRegistry {
  /** By name. */
  listTypes(auth: Authorized<"objectType.read">): Promise<readonly ObjectType[]>;
  /** Creates or replaces. @param type `owner`: default the present one, else the caller @throws {BadInputError} */
  putType(
    call: CallContext,
    type: { readonly name: string; readonly description: string | undefined; readonly owner: string | undefined },
    how: { readonly dryRun: boolean },
  ): Promise<ObjectType>;
  /** @throws {NotFoundError} @throws {ConflictError} it has objects */
  deleteType(call: CallContext, name: string, how: { readonly dryRun: boolean }): Promise<void>;
  /** By id. @param wanted `tag`: a glob @throws {BadInputError} `after` is no cursor, or the glob is none */
  list(
    call: CallContext,
    wanted: { readonly type: string; readonly tag: string | undefined },
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly object: VersionedObject }[];
    readonly hasNextPage: boolean;
  }>;
  /** @throws {NotFoundError} */
  get(call: CallContext, ref: ObjectRef): Promise<VersionedObject>;
  /**
   * Creates or replaces all or none of 1 to 1,000 objects of at most 20 types; gives them as they are now, in the order given.
   * @throws {BadInputError} every fault @throws {ConflictError} one has another version than `ifVersion`
   */
  register(
    call: CallContext,
    objects: readonly (RegisteredObject & { readonly ifVersion?: string | undefined })[],
    how: { readonly dryRun: boolean },
  ): Promise<readonly VersionedObject[]>;
  /** Forgets all or none; those that are not there are left out. @throws {ConflictError} as above */
  unregister(
    call: CallContext,
    refs: readonly (ObjectRef & { readonly ifVersion?: string | undefined })[],
    how: { readonly dryRun: boolean },
  ): Promise<void>;
  /** What is wrong with a type and with objects of it, whoever asks; `index`: of an object, absent: it is the type. */
  findFaults(
    type: ObjectType,
    objects: readonly RegisteredObject[],
  ): readonly { readonly index: number | undefined; readonly message: string }[];
  /**
   * What stands against a change that a manifest makes, decided and on record like the methods above; nothing is changed.
   * @param type as it will be; `undefined`: it goes @returns in words; none: it may be made
   */
  judgeManifest(
    call: CallContext,
    name: string,
    type: ObjectType | undefined,
    changes: readonly ObjectChange[],
  ): Promise<readonly string[]>;
}

/** An API key as stored: never the key itself. */
export interface ApiKeyInfo {
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  readonly createdAt: string;
  readonly expiresAt: string | undefined;
  readonly lastUsedAt: string | undefined;
  readonly revokedAt: string | undefined;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly type: "person" | "application";
  readonly email: string | undefined;
  /** without the derived `users:id:<id>`; roles are tags `roles:id:<role>` */
  readonly tags: readonly string[];
  readonly attributes: Attributes;
}

export interface TagNamespace {
  /** e.g. `cost:**` */
  readonly glob: string;
  readonly description: string | undefined;
}

/**
 * Users, roles and API keys. Ids match `[a-z0-9][a-z0-9._@-]{0,127}`, those of users in upper case too: exactly as they were given, but
 * no two that differ in nothing else.
 */
export interface IdentityStore {
  /** @throws {NotFoundError} no such user */
  getUser(id: string): Promise<User>;
  findUser(id: string): Promise<User | undefined>;
  /** What `findUser` answered lately and would answer now, without a turn of the event loop; `undefined` says nothing. */
  recallUser(id: string): User | undefined;
  /** Sorted by id. */
  listUsers(): Promise<readonly User[]>;
  /** Creates or replaces. @throws {BadInputError} a tag outside every namespace, with the nearest one named */
  putUser(user: User): Promise<void>;
  deleteUser(id: string): Promise<void>;
  setUserTags(id: string, tags: readonly string[]): Promise<User>;
  putRole(role: {
    readonly id: string;
    readonly name: string;
    readonly description: string | undefined;
  }): Promise<void>;
  deleteRole(id: string): Promise<void>;
  listRoles(): Promise<
    readonly { readonly id: string; readonly name: string; readonly description: string | undefined }[]
  >;
  /** Globs that say which tags subjects may have, the built-in ones first, then by glob. */
  listTagNamespaces(): Promise<readonly TagNamespace[]>;
  /** Creates or replaces. @throws {BadInputError} `glob` is no glob, or would let in every tag */
  putTagNamespace(namespace: TagNamespace): Promise<void>;
  /** Idempotent; tags already given stay. @throws {ConflictError} it is built in */
  deleteTagNamespace(glob: string): Promise<void>;
  /** The new key in clear, given once, `hmd_<id>_<43 base62>_<crc>`. `given`: take this key instead of a random one. */
  createApiKey(input: {
    readonly userId: string;
    readonly name: string;
    readonly ttlSeconds: number | undefined;
    readonly given?: Secret;
  }): Promise<{ readonly info: ApiKeyInfo; readonly key: Secret }>;
  /** Idempotent. @throws {NotFoundError} no such key */
  revokeApiKey(id: string): Promise<ApiKeyInfo>;
  listApiKeys(userId?: string): Promise<readonly ApiKeyInfo[]>;
  /** The user of a valid key. @throws {UnauthenticatedError} unknown, malformed, expired or revoked; never says which */
  authenticate(key: Secret): Promise<User>;
  /**
   * The user of a key that `authenticate` accepted some seconds ago, without a turn of the event loop; `undefined` says nothing of
   * the key. Revoked and expired keys are never recalled (on other processes' word: within a second).
   */
  recall(key: Secret): User | undefined;
  /** Changes whenever users, roles or tags change; cheap to ask. */
  version(): Promise<number>;
}

/** One audit record's content; the log adds sequence, time and hashes. */
export interface AuditEntry {
  /** e.g. `decision`, `change`, `login`, `login.failed`, `policy.swapped`, `server.started` */
  readonly type: string;
  readonly actor: string;
  readonly action: string;
  /** URNs, paths or names of what it was about; never values of secrets */
  readonly object: readonly string[];
  readonly outcome: "allow" | "deny" | "success" | "failure";
  readonly decisionId?: string;
  readonly policyVersion?: string;
  /** ids of the rules that decided */
  readonly rules?: readonly string[];
  readonly requestId?: string;
  readonly ip?: string;
  /** small, already free of secrets; e.g. `{reason, filter}` */
  readonly details?: Attributes;
  /** The answers of one call that asked several questions, in their order; at most 100. The record's hash is over them too. */
  readonly items?: readonly AuditItem[];
}

/** One answer within a record. Its decision id is `<the record's>.<its place, from 0>`. */
export interface AuditItem {
  /** who was asked about */
  readonly subject: string;
  readonly action: string;
  readonly object: readonly string[];
  readonly outcome: "allow" | "deny";
  /** ids of the rules that decided */
  readonly rules?: readonly string[];
  /** why it is deny */
  readonly reason?: string;
  readonly problems?: readonly string[];
}

export interface AuditRecord extends AuditEntry {
  /** the server process's chain */
  readonly chain: string;
  /** 1, 2, 3… without gaps within the chain */
  readonly seq: number;
  readonly at: string;
  /** SHA-256 (hex) of the record before; 64 zeros for the first */
  readonly prevHash: string;
  /** SHA-256 (hex) over the RFC 8785 canonical JSON of everything else */
  readonly hash: string;
}

/** Append-only, hash-chained, durable before `append` resolves (group commit). */
export interface AuditLog {
  /** @throws {AuditUnavailableError} not stored; the call it belongs to must not be answered */
  append(entry: AuditEntry): Promise<AuditRecord>;
  /** Newest first. `after`: opaque cursor of the page before: `next`, or that of any record (`cursors`, one per record). */
  list(
    filter: AuditFilter,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly records: readonly AuditRecord[];
    readonly cursors: readonly string[];
    readonly next: string | undefined;
  }>;
  /** All records by chain and sequence. */
  read(): AsyncIterable<AuditRecord>;
  /** JSON lines for keeping elsewhere: public keys, signed checkpoints, then all records; `verifyAuditExport` proves them offline. */
  export(): AsyncIterable<string>;
  verify(): Promise<AuditVerification>;
  close(): Promise<void>;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly type?: string;
  readonly outcome?: AuditEntry["outcome"];
  readonly object?: string;
  /** RFC 3339 */
  readonly from?: string;
  readonly to?: string;
}

export interface AuditVerification {
  readonly state: "sound" | "tampered" | "incomplete";
  readonly records: number;
  readonly chains: number;
  /** signed checkpoints that were checked */
  readonly checkpoints: number;
  /** first fault, e.g. `chain 0192…: record 17: hash does not match its content` */
  readonly problem: string | undefined;
  /** head of each chain: chain id -> `{seq, hash}` */
  readonly heads: ReadonlyMap<string, { readonly seq: number; readonly hash: string }>;
}

/** A policy, grant or use-case as text was parsed into, with the place of each value. */
export interface PolicyDocument {
  readonly kind: "policy" | "grant" | "use-case" | "provider";
  readonly name: string;
  readonly file: string;
  /** the value below `policy:` or `grant:`; for use-cases and providers the whole document */
  readonly spec: unknown;
  /** dotted path below `spec` (`rules.0.conditions.1`, `` for the whole) -> place */
  readonly positions: ReadonlyMap<string, { readonly line: number; readonly column: number }>;
  /** Of a grant for a single use: what `GrantUses` knows it by. */
  readonly use?: string;
}

/** A YAML text with the name its places are told with. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
}

/** A candidate that answers beside the live policies. */
export interface StoredShadow {
  readonly id: string;
  readonly texts: readonly PolicyText[];
  readonly startedAt: string;
  readonly startedBy: string;
}

/** The candidate in shadow, of which there is one at most, and what it came to over all server processes. */
export interface ShadowStore {
  current(): Promise<StoredShadow | undefined>;
  /** Of `current`; cheap to ask. */
  currentId(): Promise<string | undefined>;
  /** @throws {ConflictError} there is one */
  start(id: string, texts: readonly PolicyText[], startedBy: string): Promise<StoredShadow>;
  /** Forgets it with its results. Idempotent. */
  stop(id: string): Promise<void>;
  /**
   * Adds to what a process has told; nothing where the candidate does not run any more.
   * @param disagreements with ids that grow with time; the newest 1,000 of all processes are kept
   */
  report(
    id: string,
    process: string,
    counts: { readonly compared: number; readonly disagreed: number; readonly failed: number },
    disagreements: readonly { readonly id: string; readonly content: string }[],
  ): Promise<void>;
  /** Sums over all processes; disagreements newest first. */
  results(id: string): Promise<{
    readonly processes: number;
    readonly compared: number;
    readonly disagreed: number;
    readonly failed: number;
    readonly disagreements: readonly string[];
  }>;
}

/** Grants that decide once. */
export interface GrantUses {
  /** Uses it up; `true` for one caller only, over all processes. @param use as in `PolicyDocument` */
  consume(use: string, decisionId: string): Promise<boolean>;
}

/** Where live policies come from besides the built-in ones in `policies/`. */
export interface PolicySource {
  /** Changes whenever `load` would answer something else; cheap to ask. */
  version(): Promise<string>;
  load(): Promise<readonly PolicyDocument[]>;
}

/** What Control asks before it accepts policies and grants. Pure: nothing becomes live by asking. */
export interface PolicyChecker {
  /**
   * Every fault and warning of the documents, with places.
   * @param known attributes of the subjects there are: what they hold counts as declared, with the types of its values
   * @param tagNamespaces globs that say which subject tags exist; default those that are always there
   */
  check(
    documents: readonly PolicyDocument[],
    known?: Iterable<Attributes>,
    tagNamespaces?: readonly string[],
  ): {
    readonly problems: readonly Problem[];
    readonly warnings: readonly Problem[];
  };
  /**
   * What `subject` would hand out by these documents without holding it (and without `escalate` on it), in words; empty when all is
   * held. SECURITY: nobody may grant or widen what they do not hold.
   */
  escalations(subject: Subject, documents: readonly PolicyDocument[]): readonly Problem[];
  /**
   * What a change of an object would give to somebody, in words, sorted; empty: nothing. SECURITY: tags and attributes that policies
   * look at are policy, so only who holds `escalate` on the object may make such a change.
   */
  objectFacts(change: GuardedChange): readonly string[];
  /**
   * Why after a change nobody could change policies any more, where somebody can now; `undefined`: somebody still can.
   * @param documents as in `escalations` @param users all of them, before and after
   */
  lockout(
    documents: readonly PolicyDocument[],
    users: { readonly before: readonly SubjectFacts[]; readonly after: readonly SubjectFacts[] },
  ): string | undefined;
}

/** An object before and after a change of its tags or attributes, as decisions see it. */
export interface GuardedChange {
  readonly before: DecisionObject;
  readonly after: DecisionObject;
  /** Others are in it, which are decided on with its tags. */
  readonly isContainer: boolean;
  /** Of a column: its own tags, by which masks select. */
  readonly column?: { readonly name: string; readonly before: readonly string[]; readonly after: readonly string[] };
}

/** What decisions know of a user. */
export type SubjectFacts = Pick<User, "id" | "type" | "tags" | "attributes">;
