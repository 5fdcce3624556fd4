import { createSecretKey } from "node:crypto";
import {
  type ControlOptions,
  type ControlRuntime,
  controlMigrations,
  createControl,
  createGrantUses,
  createResourcePolicySource,
  createStateControlStores,
  type StackRunner,
} from "../../src/control/index.ts";
import type { ApplyRequest, Resource, ResourceType, Run, RunState } from "../../src/control/ports.ts";
import {
  createStateSecretStore,
  createStateVaultKeys,
  createVault,
  type SecretStore,
  secretMigrations,
} from "../../src/control/secrets/index.ts";
import {
  createStateIdentityStore,
  createStateObjectDirectory,
  identityMigrations,
  objectMigrations,
} from "../../src/heimdall/adapters/state/index.ts";
import { createAuthorizer, createLivePolicies, createPolicyChecker } from "../../src/heimdall/authorization/index.ts";
import { createObjectRegistry } from "../../src/heimdall/objects/index.ts";
import type { AuditEntry, Authorizer, CallContext, IdentityStore, PolicyDocument } from "../../src/heimdall/ports.ts";
import type { SourceConnection, SourceHealth } from "../../src/scanner/ports.ts";
import type { Subject } from "../../src/shared/decision.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { parseYamlDocuments } from "../../src/shared/yaml.ts";
import type { StateDb } from "../../src/state/index.ts";
import { createManualClock, type ManualClock } from "./clock.ts";
import { createSeededIds } from "./ids.ts";
import { createRecordingIngest } from "./recording-ingest.ts";
import { createTempDir } from "./temp-dir.ts";

/** Operators may do everything; developers work with resources of workspace `public`, depots and secrets, and run workflows. */
const basePolicies = `
name: operators
policy:
  access:
    subjects: {tags: ["roles:id:operator"]}
    predicates: ["**"]
    objects: {paths: ["**"], tags: ["**"]}
    allow: true
---
name: developers
policy:
  access:
    subjects: {tags: ["roles:id:data-dev"]}
    predicates: [create, read, update, delete, run]
    objects: {tags: ["dataos:workspace:public", "dataos:resource:{depot,instance-secret,role,policy}", "dataos:type:entity"]}
    allow: true
---
id: lake
name: lake
version: 0.1.0
authorization_atoms:
  - {id: read-depot, description: read a depot, predicate: peek, paths: ["urn:dataos:depot:\${depot}"]}
---
id: read-depots
name: Read depots
category: data
authorization_atoms: [read-depot]
`;

export interface TestControl {
  readonly control: ControlRuntime;
  readonly clock: ManualClock;
  readonly state: StateDb;
  readonly secrets: SecretStore;
  readonly identity: IdentityStore;
  readonly authorizer: Authorizer;
  readonly audit: readonly AuditEntry[];
  /** what depots were asked with */
  readonly connections: readonly SourceConnection[];
  /** purposes for which secrets were opened */
  readonly opened: readonly string[];
  call(user: string): Promise<CallContext>;
  apply(user: string, text: string, more?: Partial<ApplyRequest>): ReturnType<ControlRuntime["apply"]>;
  get(type: ResourceType, name: string, workspace?: string): Promise<Resource>;
  runs(workflow: string, state?: RunState): Promise<readonly Run[]>;
  logs(workflow: string): Promise<readonly string[]>;
}

export interface TestControlOptions {
  readonly health?: (connection: SourceConnection) => Promise<SourceHealth>;
  readonly scan?: ControlOptions["scan"];
  readonly stacks?: readonly StackRunner[];
  readonly openSql?: ControlOptions["openSql"];
  readonly volumesDir?: string;
  readonly readSql?: ControlOptions["readSql"];
  readonly readMetrics?: ControlOptions["readMetrics"];
  readonly sendHttp?: ControlOptions["sendHttp"];
  readonly sendMail?: ControlOptions["sendMail"];
  readonly databases?: ControlOptions["databases"] & object;
  readonly clock?: ManualClock;
  /** makes ids different from those of another process on the same store */
  readonly seed?: string;
}

/** Control over `state` with real decisions, identities and secrets; sources and stacks are given. Users: root, dev, guest. */
export async function createTestControl(state: StateDb, options: TestControlOptions = {}): Promise<TestControl> {
  const clock = options.clock ?? createManualClock();
  const ids = createSeededIds(options.seed ?? "control");
  const logger = silentLogger;
  await state.migrate([...controlMigrations, ...secretMigrations, ...identityMigrations, ...objectMigrations]);

  const audit: AuditEntry[] = [];
  const auditLog = {
    append: async (entry: AuditEntry) => {
      audit.push(entry);
      return { ...entry, chain: "c", seq: audit.length, at: "", prevHash: "", hash: "" };
    },
    list: async () => ({ records: [], cursors: [], next: undefined }),
  };
  const identity = createStateIdentityStore(state, { logger, clock });
  for (const [id, role] of [
    ["root", "operator"],
    ["dev", "data-dev"],
    ["guest", "user"],
  ] as const) {
    if (await identity.findUser(id)) continue;
    await identity.putUser({
      id,
      name: id,
      type: "person",
      email: undefined,
      tags: [`roles:id:${role}`],
      attributes: {},
    });
  }
  const findSubject = async (id: string): Promise<Subject | undefined> => {
    const user = await identity.findUser(id);
    return user && { id, type: user.type, tags: [...user.tags, `users:id:${id}`], attributes: user.attributes };
  };

  const stores = createStateControlStores(state, { clock, ids });
  const source = createResourcePolicySource(stores.resources, stores.grants);
  // stands still, so that policies do not grow stale while a test moves through hours
  const policyClock = createManualClock();
  const policies = createLivePolicies({ builtIn: readPolicies(basePolicies), source, clock: policyClock, logger });
  await policies.refresh();
  const objects = { describe: async <T>(object: T): Promise<T> => object };
  const authorizer = createAuthorizer({
    policies,
    audit: auditLog,
    objects,
    clock,
    ids,
    grantUses: createGrantUses(stores.grants),
  });

  const opened: string[] = [];
  const masterKey = createSecretKey(Buffer.alloc(32, 7));
  const vault = await createVault({ masterKey, keys: createStateVaultKeys(state) });
  const secrets = createStateSecretStore(state, vault, async (_ref, purpose) => {
    opened.push(purpose);
  });

  const connections: SourceConnection[] = [];
  const directory = createStateObjectDirectory(state, { clock });
  const policyChecker = createPolicyChecker({ policies, clock });
  const control = createControl({
    state,
    secrets,
    authorizer,
    audit: auditLog,
    policyChecker,
    livePolicies: policies,
    identity,
    objects: createObjectRegistry({ directory, authorizer, audit: auditLog, policyChecker, identity }),
    objectDirectory: directory,
    findSubject,
    sources: {
      engines: ["postgresql"],
      health: async (connection) => {
        connections.push(connection);
        return (await options.health?.(connection)) ?? { version: "18.1", latencyMs: 2.6 };
      },
    },
    catalog: { beginScan: async () => createRecordingIngest().ingest },
    scan:
      options.scan ??
      (async () => {
        throw new Error("no scan in this test");
      }),
    checkNames: () => undefined,
    openSql:
      options.openSql ??
      (async () => {
        throw new Error("no SQL in this test");
      }),
    readSql:
      options.readSql ??
      (async () => {
        throw new Error("no SQL in this test");
      }),
    readMetrics: options.readMetrics ?? (() => ""),
    sendHttp:
      options.sendHttp ??
      (async () => {
        throw new Error("no HTTP in this test");
      }),
    sendMail: options.sendMail,
    stacks: options.stacks ?? [],
    ...(options.databases ? { databases: options.databases } : {}),
    volumesDir: options.volumesDir ?? createTempDir().path,
    clock,
    ids,
    random: () => 1,
    logger,
  });

  const call = async (user: string): Promise<CallContext> => {
    const subject = await findSubject(user);
    if (!subject) throw new Error(`no user ${user}`);
    return { subject, requestId: "request-1", ip: undefined, via: "test" };
  };
  return {
    control,
    clock,
    state,
    secrets,
    identity,
    authorizer,
    audit,
    connections,
    opened,
    call,
    async apply(user, text, more = {}) {
      return control.apply(await call(user), {
        documents: [{ file: "m.yaml", text }],
        variables: new Map(),
        disableInterpolation: false,
        workspace: "public",
        dryRun: false,
        ...more,
      });
    },
    async get(type, name, workspace) {
      const auth = await authorizer.authorizeList(await call("root"), "resource.read");
      return control.get(auth, { type, name, workspace });
    },
    async runs(workflow, state) {
      const auth = await authorizer.authorizeList(await call("root"), "run.read");
      const { items } = await control.runs(
        auth,
        { workflow, ...(state && { state }) },
        { first: 100, after: undefined },
      );
      return items.map(({ node }) => node);
    },
    async logs(workflow) {
      const auth = await authorizer.authorizeList(await call("root"), "log.read");
      const lines = await control.logs(
        auth,
        { type: "workflow", name: workflow, workspace: "public" },
        { first: 1000 },
      );
      return lines.map(({ level, job, message }) => `${level} ${job ?? "-"} ${message}`);
    },
  };
}

/** Lets what was started go on until `holds`; no time passes on the manual clock. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 5000; round++) {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("what was waited for did not happen");
}

function readPolicies(text: string): PolicyDocument[] {
  return parseYamlDocuments(text, "base.yaml").documents.map(({ value, positions }) => {
    const document = value as { readonly id?: string; readonly name: string; readonly policy?: unknown };
    if (document.policy === undefined) {
      const kind = "category" in document ? "use-case" : "provider";
      return { kind, name: document.id ?? document.name, file: "base.yaml", spec: document, positions };
    }
    const below = [...positions].filter(([path]) => path.startsWith("policy"));
    return {
      kind: "policy",
      name: document.name,
      file: "base.yaml",
      spec: document.policy,
      positions: new Map(below.map(([path, place]) => [path.replace(/^policy\.?/, ""), place])),
    };
  });
}
