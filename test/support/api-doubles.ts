import type { Control } from "../../src/control/ports.ts";
import { type Action, actions } from "../../src/heimdall/authorization/actions.ts";
import { issueAuthorized } from "../../src/heimdall/authorization/authorized.ts";
import type {
  AuditEntry,
  AuditLog,
  AuditRecord,
  Authorizer,
  CallContext,
  IdentityStore,
  User,
} from "../../src/heimdall/ports.ts";
import type { HttpServices } from "../../src/http/index.ts";
import { describeEntity } from "../../src/metis/catalog/index.ts";
import type { Catalog, Entity } from "../../src/metis/ports.ts";
import { systemClock } from "../../src/shared/clock.ts";
import type { Decision, DecisionObject } from "../../src/shared/decision.ts";
import { ForbiddenError, NotFoundError, UnauthenticatedError } from "../../src/shared/errors.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { allObjects, matchesFilter, type ObjectFilter } from "../../src/shared/object-filter.ts";
import { Secret } from "../../src/shared/secret.ts";
import type { Urn } from "../../src/shared/urn.ts";

/** Keys that `createServices` knows, by user. */
export const keys = { root: "hmd_root_rootrootrootroot", ann: "hmd_ann_annannannannann" } as const;

/** In-memory services; each part may be replaced. Calls are counted. */
export function createServices(replaced: Partial<HttpServices> = {}, options: DoubleOptions = {}) {
  const calls: string[] = [];
  const audit = createAudit();
  const authorizer = createAuthorizer(calls, options);
  const services: HttpServices = {
    authorizer,
    audit,
    identity: createIdentity(),
    catalog: createCatalog(calls, options.entities ?? []),
    control: failing<Control>("control"),
    policies: { list: () => ({ policyVersion: "v1", policies: [] }) },
    clock: systemClock,
    ids: createIdSource(systemClock),
    log: silentLogger,
    engines: async () => [{ name: "state", state: "ready", required: true, details: { version: "9.9.9-canary" } }],
    ...replaced,
  };
  return { services, calls, audit };
}

export interface DoubleOptions {
  readonly denied?: readonly Action[];
  readonly visible?: ObjectFilter;
  readonly entities?: readonly Entity[];
  readonly decide?: (question: Parameters<Authorizer["decide"]>[1][number]) => boolean;
}

function createAuthorizer(
  calls: string[],
  { denied = [], visible = allObjects, decide = () => true }: DoubleOptions,
): Authorizer {
  const issue = <A extends Action>(call: CallContext, action: A, filter: ObjectFilter, object?: DecisionObject) =>
    issueAuthorized<A>({ subject: call.subject, action, object, decisionId: "d-1", policyVersion: "v1", filter });
  return {
    async authorize(call, action, object) {
      calls.push(`authorize ${action}`);
      if (denied.includes(action)) throw new ForbiddenError(`you may not ${actions[action].predicate}`, "d-deny");
      return issue(call, action, allObjects, object);
    },
    async authorizeList(call, action) {
      calls.push(`list ${action}`);
      return issue(call, action, denied.includes(action) ? { op: "none" } : visible);
    },
    async decide(_, questions) {
      calls.push(`decide ${questions.length}`);
      return questions.map((question): Decision => {
        const unknown = "unknownId" in question.subject;
        const allow = !unknown && decide(question);
        return {
          effect: allow ? "allow" : "deny",
          denyReason: allow ? undefined : unknown ? "unknown-subject" : "no-matching-allow",
          because: allow
            ? [{ id: "r/0", policy: "r", effect: "allow", at: { file: "r.yaml", line: 3, column: 5 } }]
            : [],
          obligations: { masks: new Map(), rowFilter: undefined },
          problems: [],
          policyVersion: "v1",
          decisionId: "d-2",
        };
      });
    },
    check: () => false,
  };
}

function createAudit(): AuditLog & { readonly records: AuditRecord[] } {
  const records: AuditRecord[] = [];
  return {
    records,
    async append(entry: AuditEntry) {
      const seq = records.length + 1;
      const record = { ...entry, chain: "c", seq, at: "2026-01-01T00:00:00.000Z", prevHash: "0", hash: String(seq) };
      records.push(record);
      return record;
    },
    async list(_, { first, after }) {
      const from = after === undefined ? 0 : Number(after);
      const page = records.toReversed().slice(from, from + first);
      return {
        records: page,
        cursors: page.map((_, index) => String(from + index + 1)),
        next: from + first < records.length ? String(from + first) : undefined,
      };
    },
    async *read() {
      yield* records;
    },
    async *export() {
      for (const record of records) yield JSON.stringify(record);
    },
    async verify() {
      return {
        state: "sound",
        records: records.length,
        chains: 1,
        checkpoints: 0,
        problem: undefined,
        heads: new Map(),
      };
    },
    async close() {},
  };
}

const users: readonly User[] = [
  { id: "ann", name: "Ann", type: "person", email: "ann@example.org", tags: ["roles:id:user"], attributes: {} },
  { id: "root", name: "Root", type: "person", email: undefined, tags: ["roles:id:operator"], attributes: {} },
];

function createIdentity(): IdentityStore {
  return {
    ...failing<IdentityStore>("identity"),
    async authenticate(key) {
      const user = users.find(({ id }) => Object.hasOwn(keys, id) && keys[id as keyof typeof keys] === key.reveal());
      if (!user) throw new UnauthenticatedError();
      return user;
    },
    findUser: async (id) => users.find((user) => user.id === id),
    async getUser(id) {
      const user = users.find((known) => known.id === id);
      if (!user) throw new NotFoundError(`no user \`${id}\``);
      return user;
    },
    listUsers: async () => users,
    listApiKeys: async () => [],
    createApiKey: async ({ userId, name }) => ({
      info: {
        id: "k1",
        name,
        userId,
        createdAt: "2026-01-01T00:00:00.000Z",
        expiresAt: undefined,
        lastUsedAt: undefined,
        revokedAt: undefined,
      },
      key: new Secret("hmd_k1_clear"),
    }),
  };
}

function createCatalog(calls: string[], entities: readonly Entity[]): Catalog {
  const visibleTo = (filter: ObjectFilter) =>
    entities.filter((entity) => matchesFilter(filter, describeEntity(entity)));
  return {
    ...failing<Catalog>("catalog"),
    async getEntity(auth, urn) {
      calls.push("getEntity");
      const entity = visibleTo(auth.filter).find((known) => known.urn === urn);
      if (!entity) throw new NotFoundError(`no entity \`${urn}\``);
      return entity;
    },
    async getEntityById(auth, id) {
      const entity = visibleTo(auth.filter).find((known) => known.id === id);
      if (!entity) throw new NotFoundError(`no entity \`${id}\``);
      return entity;
    },
    async getEntities(auth, urns) {
      calls.push(`getEntities ${urns.length}`);
      return urns.map((urn) => visibleTo(auth.filter).find((known) => known.urn === urn));
    },
    async listEntities(auth, filter, page) {
      calls.push("listEntities");
      const all = visibleTo(auth.filter)
        .filter(
          (entity) =>
            (filter.kind ?? entity.kind) === entity.kind && (filter.parent ?? entity.parent) === entity.parent,
        )
        .sort((a, b) => (a.urn < b.urn ? -1 : 1));
      const rest = page.after === undefined ? all : all.filter(({ urn }) => urn > (page.after ?? ""));
      return {
        items: rest.slice(0, page.first).map((node) => ({ cursor: node.urn, node })),
        hasNextPage: rest.length > page.first,
      };
    },
    async listColumns(auth, datasets) {
      calls.push(`listColumns ${datasets.length}`);
      return new Map(
        datasets.map((dataset) => [dataset, visibleTo(auth.filter).filter(({ parent }) => parent === dataset)]),
      );
    },
  };
}

/** An entity with little in it. */
export function entity(urn: string, kind: Entity["kind"], facts: Partial<Entity> = {}): Entity {
  return {
    id: `id-${urn}`.replace(/[^\w-]/g, "-"),
    urn: urn as Urn,
    kind,
    name: urn.split(/[:/#]/).at(-1) ?? urn,
    qualifiedName: urn,
    parent: undefined,
    depot: "sales",
    state: "active",
    aspects: {},
    provenance: new Map(),
    aliases: [],
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
    seq: 1,
    ...facts,
  };
}

/** A part whose every use is a failure with a canary in its message. */
export function failing<T extends object>(part: string): T {
  return new Proxy({} as T, {
    ownKeys: () => [],
    get: (_, name) =>
      typeof name === "string"
        ? async () => {
            throw new Error(`${part}.${name}: postgres://admin:canary-s3cr3t@db.internal/x`);
          }
        : undefined,
  });
}
