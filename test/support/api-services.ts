import { fileURLToPath } from "node:url";
import {
  controlMigrations,
  createControl,
  createGrantHistory,
  createResourceObjectSource,
  createResourcePolicySource,
  createStateControlStores,
} from "../../src/control/index.ts";
import { createStateSecretStore, openVault, secretMigrations } from "../../src/control/secrets/index.ts";
import { describeUser, toSubject } from "../../src/graphql/index.ts";
import { loadBuiltInPolicies } from "../../src/heimdall/adapters/file/index.ts";
import {
  auditMigrations,
  createStateAuditLog,
  createStateIdentityStore,
  createStateObjectDirectory,
  createStateShadowStore,
  identityMigrations,
  objectMigrations,
  shadowMigrations,
} from "../../src/heimdall/adapters/state/index.ts";
import {
  createAuthorizer,
  createLivePolicies,
  createPolicyChecker,
  listPolicies,
} from "../../src/heimdall/authorization/index.ts";
import { createObjectRegistry, createRegisteredObjectSource, describeTypes } from "../../src/heimdall/objects/index.ts";
import { parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import type { AuditRecord, ObjectSource } from "../../src/heimdall/ports.ts";
import { createDirectoryLister, createQuestions } from "../../src/heimdall/questions/index.ts";
import { createPolicySafety } from "../../src/heimdall/safety/index.ts";
import type { HttpServices } from "../../src/http/index.ts";
import type { LineageStore } from "../../src/metis/ports.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { UnavailableError } from "../../src/shared/errors.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";
import { openState } from "../../src/state/index.ts";
import { plainSealer } from "./audit.ts";
import { createTestCatalog } from "./catalog.ts";
import { createTempDir } from "./temp-dir.ts";

/** The server's parts as `main.ts` puts them together, on a SQLite store in a folder of its own, with what tests look at. */
export interface ApiServices extends HttpServices {
  /** API keys of the users `root` (operator), `dev` (data-dev), `ann` (user) and `svc` (an application that may ask for others) */
  readonly keys: Readonly<Record<"root" | "dev" | "ann" | "svc", string>>;
  /** Calls of ports since the last `calls.length = 0`, e.g. `authorizer.authorize audit.read`, `catalog.getEntities` */
  readonly calls: string[];
  /** All audit records so far, without the one that begins the chain. */
  records(): Promise<readonly AuditRecord[]>;
  close(): Promise<void>;
}

const users = [
  { id: "root", name: "Root", type: "person", email: undefined, tags: ["roles:id:operator", "roles:id:user"] },
  { id: "dev", name: "Dev", type: "person", email: undefined, tags: ["roles:id:data-dev", "roles:id:user"] },
  { id: "ann", name: "Ann", type: "person", email: "ann@example.org", tags: ["roles:id:user"] },
  { id: "svc", name: "Service", type: "application", email: undefined, tags: ["roles:id:asking"] },
] as const;

const ownPolicies = `
name: services-ask
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:asking"]}
    predicates: [ask, ask_for_others]
    objects: {tags: ["dataos:type:decision"]}
    allow: true
`;

/**
 * @param policies more policies as YAML
 * @param parts in place of those of the test's own
 */
export async function createApiServices(
  policies = "",
  parts: { readonly lineage?: LineageStore } = {},
): Promise<ApiServices> {
  const dir = createTempDir();
  const common = { clock: systemClock, logger: silentLogger };
  const state = await openState(new Secret(`sqlite:${dir.path}/state.db`), common);
  const ids = createIdSource(systemClock);
  for (const migrations of [
    identityMigrations,
    objectMigrations,
    auditMigrations,
    shadowMigrations,
    secretMigrations,
    controlMigrations,
  ])
    await state.migrate(migrations);
  const { catalog } = await createTestCatalog(state, parts);
  const audit = await createStateAuditLog(state, { ...common, ids, sealer: plainSealer });
  const identity = createStateIdentityStore(state, common);
  const builtIn = [
    ...(await loadBuiltInPolicies(fileURLToPath(new URL("../../policies", import.meta.url)))),
    ...readPolicies(`${ownPolicies}${policies === "" ? "" : `---\n${policies}`}`),
  ];
  const stores = createStateControlStores(state, { clock: systemClock, ids });
  const source = createResourcePolicySource(stores.resources, stores.grants);
  const live = createLivePolicies({ builtIn, source, ...common });
  await live.refresh();
  const calls: string[] = [];
  const directory = createStateObjectDirectory(state, { clock: systemClock });
  const registeredObjects = createRegisteredObjectSource(directory);
  const registeredLister = createDirectoryLister(directory, registeredObjects);
  const objects: ObjectSource = {
    describe: async (object) => registeredObjects.describe(await catalog.objects.describe(object)),
  };
  const authorizer = createAuthorizer({ policies: live, audit, objects, clock: systemClock, ids });
  const questions = createQuestions(
    {
      policies: () => live.current(),
      subjects: async () => (await identity.listUsers()).map(toSubject),
      objects,
      listers: [catalog.objects, createResourceObjectSource(stores.resources), registeredLister],
      clock: systemClock,
    },
    { audit, ids },
  );
  const vault = await openVault(state, { masterKeyFile: `${dir.path}/master.key`, dataDir: dir.path });
  const policyChecker = createPolicyChecker({ policies: live, clock: systemClock });
  const registry = createObjectRegistry({ directory, authorizer, audit, policyChecker, identity });
  const control = createControl({
    ...common,
    ids,
    state,
    secrets: createStateSecretStore(state, vault, async () => {}),
    authorizer,
    audit,
    policyChecker,
    livePolicies: live,
    identity,
    objects: registry,
    objectDirectory: directory,
    findSubject: async (id) => {
      const user = await identity.findUser(id);
      return user && toSubject(user);
    },
    sources: {
      engines: ["postgresql"],
      health: async () => {
        throw new UnavailableError("no source here");
      },
    },
    catalog,
    scan: async () => {
      throw new UnavailableError("no source here");
    },
    checkNames: () => {},
    openSql: async () => {
      throw new Error("no SQL in this test");
    },
    readSql: async () => {
      throw new Error("no SQL in this test");
    },
    readMetrics: () => "",
    sendHttp: async () => {
      throw new Error("no HTTP in this test");
    },
  });
  await control.start();
  await catalog.start();
  for (const user of users) await identity.putUser({ ...user, attributes: {} });
  const keys: Record<string, string> = {};
  for (const { id } of users) {
    const { key } = await identity.createApiKey({ userId: id, name: "test", ttlSeconds: undefined });
    keys[id] = key.reveal();
  }
  const watch = <T extends object>(name: string, part: T): T => watchCalls(name, part, calls);
  return {
    clock: systemClock,
    log: silentLogger,
    ids,
    authorizer: watch("authorizer", authorizer),
    catalog: watch("catalog", catalog),
    control: watch("control", control),
    identity: watch("identity", identity),
    objects: watch("objects", registry),
    audit,
    policyChecker,
    policySafety: createPolicySafety({
      policies: live,
      authorizer,
      audit,
      objects: [
        { lister: catalog.objects, action: "entity.read" },
        { lister: createResourceObjectSource(stores.resources), action: "resource.read" },
        { lister: registeredLister, action: "object.read", types: () => describeTypes(directory) },
      ],
      listSubjects: async () =>
        (await identity.listUsers()).map((user) => ({ subject: toSubject(user), object: describeUser(user) })),
      shadows: createStateShadowStore(state, { clock: systemClock }),
      ids,
      logger: silentLogger,
      clock: systemClock,
    }),
    questions,
    policies: { list: () => listPolicies(live, (file) => file.startsWith("policies/")) },
    policyDocuments: live,
    grantHistory: createGrantHistory(stores),
    engines: async () => [{ name: "state", state: "ready", required: true, details: { version: "9.9.9-canary" } }],
    keys: keys as ApiServices["keys"],
    calls,
    records: async () => {
      const records: AuditRecord[] = [];
      for await (const record of audit.read()) if (record.type !== "chain.started") records.push(record);
      return records;
    },
    async close() {
      await control.stop();
      await catalog.stop();
      await audit.close();
      await state.close();
      dir.remove();
    },
  };
}

/** A part whose every use is an unplanned failure with a canary in its message. */
export function failing<T extends object>(part: string): T {
  return new Proxy({} as T, {
    get: (_, name) => () => {
      throw new Error(`${part}.${String(name)}: postgres://admin:canary-s3cr3t@db.internal/x`);
    },
  });
}

/** The part itself, noting which method was called, with the first argument that is a text. */
function watchCalls<T extends object>(name: string, part: T, calls: string[]): T {
  return new Proxy(part, {
    get(target, method, receiver) {
      const value: unknown = Reflect.get(target, method, receiver);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const word = name === "authorizer" ? args.find((arg) => typeof arg === "string") : undefined;
        calls.push(`${name}.${String(method)}${word === undefined ? "" : ` ${word}`}`);
        return (value as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

function readPolicies(text: string) {
  const { documents, problems } = parsePolicyYaml(text, "test-policies.yaml");
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
  return documents;
}
