// The composition root: the only file that knows every part.
import { hkdfSync } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ControlOptions,
  controlMigrations,
  createCliStack,
  createControl,
  createGrantHistory,
  createGrantUses,
  createJobKeys,
  createManagedDatabases,
  createProcessStack,
  createResourceObjectSource,
  createResourcePolicySource,
  createSendHttp,
  createStateControlStores,
  disablePolicy,
  endLeftProcesses,
  shareSources,
} from "./control/index.ts";
import {
  createStateSecretStore,
  loadMasterKey,
  openVault,
  secretMigrations,
  type Vault,
} from "./control/secrets/index.ts";
import { createLogger } from "./drivers/pino/index.ts";
import { acquireFileLock } from "./drivers/sqlite/index.ts";
import { describeUser, toSubject } from "./graphql/index.ts";
import { createCheckpointFile, loadBuiltInPolicies } from "./heimdall/adapters/file/index.ts";
import {
  type AuditKeySealer,
  auditMigrations,
  createStateAuditLog,
  createStateIdentityStore,
  createStateObjectDirectory,
  createStateShadowStore,
  identityMigrations,
  objectMigrations,
  shadowMigrations,
} from "./heimdall/adapters/state/index.ts";
import { recordChange, type WatchedAuditLog, watchAudit } from "./heimdall/audit/index.ts";
import {
  createAuthorizer,
  createLivePolicies,
  createPolicyChecker,
  joinSources,
  listPolicies,
  rememberObjects,
} from "./heimdall/authorization/index.ts";
import { createObjectRegistry, createRegisteredObjectSource, describeTypes } from "./heimdall/objects/index.ts";
import { compilePolicies } from "./heimdall/policy/index.ts";
import type { AuditLog, IdentityStore } from "./heimdall/ports.ts";
import { createDirectoryLister, createQuestions } from "./heimdall/questions/index.ts";
import { createPolicySafety } from "./heimdall/safety/index.ts";
import { createHttpServer, createMetrics, type EngineState } from "./http/index.ts";
import { metisMigrations } from "./metis/adapters/state/index.ts";
import type { LineageStore, SearchStore } from "./metis/ports.ts";
import { parseSynonyms } from "./metis/search/index.ts";
import { createCatalog, type RunningCatalog } from "./metis/service/index.ts";
import {
  createNameFilter,
  createNetworkGuard,
  openPostgresStatements,
  readPostgresRows,
  scanPostgres,
  testConnection,
} from "./scanner/index.ts";
import { systemClock } from "./shared/clock.ts";
import { type Config, describeSettings, loadConfig } from "./shared/config.ts";
import { DataOsError, formatProblem } from "./shared/errors.ts";
import { createIdSource } from "./shared/ids.ts";
import type { Logger } from "./shared/logger.ts";
import { Secret } from "./shared/secret.ts";
import { openState } from "./state/index.ts";

const requiredNode = 24;
const root = fileURLToPath(new URL("..", import.meta.url));
const operatorId = "operator";
/** longest wait for an engine when readiness is asked */
const engineAnswerMs = 1_000;

/** The program `dataos-ctl` and all that it loads. */
function findCli(): { readonly file: string; readonly code: readonly string[] } {
  const [folder, extension] = import.meta.url.endsWith(".ts") ? ["src", "ts"] : ["dist", "js"];
  // WHY: what an installed package needs may be beside it
  const installed = /^.*[\\/]node_modules(?=[\\/])/.exec(root)?.[0];
  return {
    file: join(root, folder, `cli/main.${extension}`),
    code: [
      join(root, folder),
      join(root, "node_modules"),
      join(root, "package.json"),
      ...(installed ? [installed] : []),
    ],
  };
}

/** Where a server that listens everywhere is reached from its own machine. */
function toLocalUrl(url: string): string {
  return url.replace(/^(http:\/\/)(?:0\.0\.0\.0|\[::\])(?=:)/, (_, scheme: string) => `${scheme}localhost`);
}

/** A started server. */
interface Server {
  readonly url: string;
  /** the operator key, where this start made it */
  readonly newKey: Secret | undefined;
  stop(): Promise<void>;
}

async function startServer(config: Config, logger: Logger): Promise<Server> {
  const clock = systemClock;
  const ids = createIdSource(clock);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  /** what to undo, the newest first */
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const undo of stops.splice(0).reverse()) await undo();
  };
  try {
    // WHY: also where the state is in PostgreSQL, the projections and the audit checkpoint in this folder belong to one process
    const lock = acquireFileLock(join(config.dataDir, "server.lock"), `the data directory \`${config.dataDir}\``);
    stops.push(async () => lock.release());
    const { state, vault, audit } = await openCore(config, logger, stops);
    const identity = createStateIdentityStore(state, { logger, clock });
    const secrets = createStateSecretStore(state, vault, async ({ kind, name }, purpose) => {
      await audit.append({
        type: "secret.opened",
        actor: "server",
        action: "secret.open",
        object: [`${kind}/${name}`],
        outcome: "success",
        details: { purpose },
      });
    });

    const [search, lineage] = await Promise.all([openSearch(config, logger), openLineage(config, logger)]);
    stops.push(
      () => search.close(),
      () => lineage.close(),
    );
    const { synonymsFile } = config;
    const synonyms =
      synonymsFile === undefined
        ? undefined
        : parseSynonyms(basename(synonymsFile), readFileSync(synonymsFile, "utf8"));
    const catalog = createCatalog({
      state,
      search,
      lineage,
      ...(synonyms && { synonyms: () => synonyms }),
      ownProjections: [
        ...(config.searchUrl === "embedded" ? (["search"] as const) : []),
        ...(config.lineageUrl === "embedded" ? (["lineage"] as const) : []),
      ],
      clock,
      ids,
      logger,
    });

    const directory = createStateObjectDirectory(state, { clock });
    const stores = createStateControlStores(state, { clock, ids });
    const policies = createLivePolicies({
      builtIn: await loadBuiltInPolicies(join(root, "policies")),
      source: createResourcePolicySource(stores.resources, stores.grants),
      clock,
      logger,
      onSwap: (version, former) => {
        const details = former === undefined ? {} : { former };
        audit
          .append({
            type: "policy.swapped",
            actor: "server",
            action: "policy.swap",
            object: [],
            outcome: "success",
            policyVersion: version,
            details,
          })
          .catch((error: unknown) => logger.error({ err: error }, "a change of policies could not be recorded"));
      },
    });
    await policies.refresh();
    policies.start();
    stops.push(async () => policies.stop());
    const resourceObjects = createResourceObjectSource(stores.resources);
    const registeredObjects = createRegisteredObjectSource(directory);
    const objects = joinSources(rememberObjects(catalog.objects, catalog.version), resourceObjects, registeredObjects);
    const authorizer = createAuthorizer({
      policies,
      audit,
      objects,
      clock,
      ids,
      grantUses: createGrantUses(stores.grants),
    });
    const registeredLister = createDirectoryLister(directory, registeredObjects);
    const questions = createQuestions(
      {
        policies: () => policies.current(),
        subjects: async () => (await identity.listUsers()).map(toSubject),
        objects,
        listers: [catalog.objects, resourceObjects, registeredLister],
        clock,
      },
      { audit, ids },
    );

    const guard = createNetworkGuard({ allowedNetworks: config.depotNetworks });
    const { sources, scan } = shareSources(
      { engines: ["postgresql"], health: (connection, signal) => testConnection(connection, guard, signal) },
      (call) => scanPostgres({ ...call, guard }),
    );
    const policyChecker = createPolicyChecker({ policies, clock });
    const metrics = createMetrics();
    const registry = createObjectRegistry({ directory, authorizer, audit, policyChecker, identity });
    const workDir = join(config.dataDir, "jobs");
    const left = await endLeftProcesses(workDir);
    if (left.ended > 0) logger.warn({ processes: left.ended }, "ended what a killed server had left running");
    const listening = Promise.withResolvers<string>();
    const control = createControl({
      state,
      secrets,
      authorizer,
      audit,
      policyChecker,
      livePolicies: policies,
      identity,
      objects: registry,
      objectDirectory: directory,
      findSubject: async (id) => {
        const user = await identity.findUser(id);
        return user && toSubject(user);
      },
      sources,
      catalog,
      scan,
      checkNames: createNameFilter,
      openSql: (connection, options) => openPostgresStatements(connection, guard, options),
      ...(config.managedPostgresUrl ? { databases: createManagedDatabases(config.managedPostgresUrl) } : {}),
      volumesDir: join(config.dataDir, "volumes"),
      readSql: (connection, sql, options) => readPostgresRows(connection, sql, guard, options),
      readMetrics: metrics.render,
      sendHttp: createSendHttp(guard),
      sendMail: await openMail(config),
      stacks: [
        createProcessStack({
          allowedCommands: config.jobCommands,
          environment: pickEnvironment(["PATH", "LANG", "LC_ALL", "TZ"]),
          workDir,
          clock,
        }),
        createCliStack({
          program: findCli(),
          lendKey: createJobKeys({ authorizer, identity, audit }),
          serverUrl: () => listening.promise,
          workDir,
          clock,
        }),
      ],
      clock,
      ids,
      logger,
    });

    const newKey = await ensureOperator(identity, audit, config.bootstrapApiKey);
    await catalog.start();
    stops.push(() => catalog.stop());
    await control.start();
    stops.push(() => control.stop());

    const policySafety = createPolicySafety({
      policies,
      authorizer,
      audit,
      objects: [
        { lister: catalog.objects, action: "entity.read" },
        { lister: resourceObjects, action: "resource.read" },
        { lister: registeredLister, action: "object.read", types: () => describeTypes(directory) },
      ],
      listSubjects: async () =>
        (await identity.listUsers()).map((user) => ({ subject: toSubject(user), object: describeUser(user) })),
      shadows: createStateShadowStore(state, { clock }),
      clock,
      ids,
      logger,
    });
    policySafety.start();
    stops.push(() => policySafety.stop());

    const http = await createHttpServer(
      {
        authorizer,
        catalog,
        control,
        identity,
        objects: registry,
        audit,
        policyChecker,
        policySafety,
        questions,
        policies: { list: () => listPolicies(policies, (file) => file.startsWith("policies/")) },
        policyDocuments: policies,
        grantHistory: createGrantHistory(stores),
        clock,
        ids,
        log: logger,
        engines: () => readEngines(catalog, identity, audit, () => policies.current() !== undefined),
      },
      {
        host: config.host,
        port: config.port,
        cursorKey: deriveCursorKey(config.masterKeyFile),
        schema: readFileSync(join(root, "schema.graphql"), "utf8"),
        metrics,
      },
    );
    stops.push(() => http.close());
    const { url } = await http.listen();
    listening.resolve(toLocalUrl(url));
    await audit.append({
      type: "server.started",
      actor: "server",
      action: "server.start",
      object: [url],
      outcome: "success",
    });
    return { url, newKey, stop };
  } catch (error) {
    await stop().catch((cause: unknown) => logger.warn({ err: cause }, "not everything could be closed"));
    throw error;
  }
}

/** The state store, and the log of what is done to it. @param stops gets what to undo */
async function openCore(config: Config, logger: Logger, stops: (() => Promise<void>)[]) {
  const clock = systemClock;
  const state = await openState(config.stateUrl, { logger, clock });
  stops.push(() => state.close());
  await state.migrate([
    ...identityMigrations,
    ...objectMigrations,
    ...auditMigrations,
    ...shadowMigrations,
    ...secretMigrations,
    ...metisMigrations,
    ...controlMigrations,
  ]);

  const vault = await openVault(state, config);
  const audit = watchAudit(
    await createStateAuditLog(state, {
      logger,
      clock,
      ids: createIdSource(clock),
      sealer: createSealer(vault),
      witness: createCheckpointFile(join(config.dataDir, "audit-checkpoint.json")),
      journal: join(config.dataDir, "audit-journal"),
    }),
  );
  stops.push(() => audit.close());
  return { state, vault, audit };
}

/**
 * Break-glass, on the machine of a server that is stopped: says what is wrong with the stored policies, and takes those out that are
 * named (`docs/adr/0013-policies-that-do-not-compile-never-become-live.md`).
 */
async function recover(config: Config, logger: Logger, named: readonly string[]): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  const lock = acquireFileLock(join(config.dataDir, "server.lock"), `the data directory \`${config.dataDir}\``);
  stops.push(async () => lock.release());
  try {
    const { state, audit } = await openCore(config, logger, stops);
    const { resources, grants } = createStateControlStores(state, {
      clock: systemClock,
      ids: createIdSource(systemClock),
    });
    for (const name of named) {
      const manifest = await disablePolicy({ resources, audit }, name, `machine:${userInfo().username}`);
      process.stdout.write(`# ${name} decides no more; mend it and apply it again\n${manifest}---\n`);
    }
    const builtIn = await loadBuiltInPolicies(join(root, "policies"));
    const stored = await createResourcePolicySource(resources, grants).load();
    const { problems } = compilePolicies([...builtIn, ...stored]);
    for (const problem of problems) {
      const { file, line, column } = problem.at ?? { file: "", line: 0, column: 0 };
      const inFile = stored.filter((document) => document.file === file);
      const atPlace = inFile.filter(({ positions }) =>
        positions.values().some((place) => place.line === line && place.column === column),
      );
      const names = (atPlace.length > 0 ? atPlace : inFile).map(({ kind, name }) => `${kind}/${name}`).join(" or ");
      process.stdout.write(`# ${names}: ${formatProblem(problem)}\n`);
    }
    process.stdout.write(
      problems.length === 0
        ? "# the stored policies compile\n"
        : "# the stored policies do not compile; take one out with `recover TYPE/NAME`, e.g. `recover policy/my-policy`\n",
    );
  } finally {
    for (const undo of stops.reverse()) await undo();
  }
}

/** Loaded only where mail is configured. */
async function openMail({ smtpUrl }: Config): Promise<ControlOptions["sendMail"]> {
  if (!smtpUrl) return undefined;
  const { createSmtpMailer } = await import("./drivers/smtp/index.ts");
  const mailer = createSmtpMailer(smtpUrl);
  return (mail, signal) => mailer.send(mail, signal);
}

async function openSearch({ searchUrl, dataDir }: Config, logger: Logger): Promise<SearchStore> {
  const parts = { logger, clock: systemClock };
  if (searchUrl === "embedded") {
    const { createSqliteSearchStore } = await import("./metis/adapters/sqlite/index.ts");
    return createSqliteSearchStore({ path: join(dataDir, "search.db") }, parts);
  }
  const { createElasticsearchSearchStore } = await import("./metis/adapters/elasticsearch/index.ts");
  const { namespace, ...server } = readEngineUrl(searchUrl);
  return createElasticsearchSearchStore({ ...server, ...(namespace !== undefined && { prefix: namespace }) }, parts);
}

async function openLineage({ lineageUrl, dataDir }: Config, logger: Logger): Promise<LineageStore> {
  const parts = { logger, clock: systemClock };
  if (lineageUrl === "embedded") {
    const { createSqliteLineageStore } = await import("./metis/adapters/sqlite/index.ts");
    return createSqliteLineageStore({ path: join(dataDir, "lineage.db") }, parts);
  }
  const { createNeo4jLineageStore } = await import("./metis/adapters/neo4j/index.ts");
  return createNeo4jLineageStore(readEngineUrl(lineageUrl), parts);
}

/** The parts of an engine's URL; `?namespace=…` keeps several installations in one engine apart. */
function readEngineUrl(secret: Secret): {
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
  readonly namespace?: string;
} {
  const url = new URL(secret.reveal());
  const username = decodeURIComponent(url.username);
  const password = new Secret(decodeURIComponent(url.password));
  const namespace = url.searchParams.get("namespace");
  url.username = "";
  url.password = "";
  url.search = "";
  return { url: url.href, ...(username && { username, password }), ...(namespace && { namespace }) };
}

function createSealer(vault: Vault): AuditKeySealer {
  const placeOf = (name: string) => ({ workspace: undefined, kind: "audit-key", name, version: 1, field: "private" });
  return {
    seal: (name, plain) => vault.seal(placeOf(name), plain),
    open: (name, sealed) => vault.open(placeOf(name), sealed),
  };
}

/** Those variables of the server's own environment that are set. */
function pickEnvironment(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Makes the operator and the first key; gives the key when it was not given to us. */
async function ensureOperator(
  identity: IdentityStore,
  audit: AuditLog,
  given: Secret | undefined,
): Promise<Secret | undefined> {
  if ((await identity.findUser(operatorId)) === undefined) {
    const change = { actor: "server", action: "user.create", object: [`urn:dataos:user:${operatorId}`] };
    await recordChange(audit, change, () =>
      identity.putUser({
        id: operatorId,
        name: "Operator",
        type: "person",
        email: undefined,
        tags: ["roles:id:operator"],
        attributes: {},
      }),
    );
  }
  if (given) {
    const isKnown = await identity.authenticate(given).then(
      () => true,
      () => false,
    );
    if (isKnown) return undefined;
  } else if ((await identity.listApiKeys(operatorId)).length > 0) return undefined;
  const { key } = await recordChange(
    audit,
    { actor: "server", action: "apikey.create", object: [`urn:dataos:user:${operatorId}`] },
    () =>
      identity.createApiKey({
        userId: operatorId,
        name: "bootstrap",
        ttlSeconds: undefined,
        ...(given && { given }),
      }),
    ({ info }) => ({ object: [`urn:dataos:apikey:${info.id}`] }),
  );
  return given ? undefined : key;
}

async function readEngines(
  catalog: RunningCatalog,
  identity: IdentityStore,
  audit: WatchedAuditLog,
  hasPolicies: () => boolean,
): Promise<readonly EngineState[]> {
  const [users, lag, problem] = await Promise.all([
    answered(identity.listRoles()),
    answered(catalog.projectionLag()),
    audit.problem(),
  ]);
  const projection = (name: "search" | "lineage"): EngineState => {
    const behind = lag?.[name];
    if (behind === undefined) return { name, state: "down", required: false };
    return { name, state: behind > 0 ? "behind" : "ready", required: false, details: { behind } };
  };
  return [
    { name: "state", state: users ? "ready" : "down", required: true },
    {
      name: "audit",
      state: problem === undefined ? "ready" : "down",
      required: true,
      ...(problem === undefined ? {} : { details: { problem } }),
    },
    { name: "policies", state: hasPolicies() ? "ready" : "down", required: true },
    projection("search"),
    projection("lineage"),
  ];
}

/** The answer; `undefined` when it failed or did not come in time. */
async function answered<T>(asked: Promise<T>): Promise<T | undefined> {
  let cancel = (): void => {};
  const late = new Promise<undefined>((resolve) => {
    cancel = systemClock.schedule(engineAnswerMs, () => resolve(undefined));
  });
  try {
    return await Promise.race([asked.catch(() => undefined), late]);
  } finally {
    cancel();
  }
}

/** WHY: derived, so that every process that shares the master key reads every other's cursors. */
function deriveCursorKey(masterKeyFile: string): Secret {
  const master = loadMasterKey(masterKeyFile, { create: false });
  return new Secret(Buffer.from(hkdfSync("sha256", master, "", "cursor signing", 32)).toString("base64url"));
}

async function main(): Promise<void> {
  if (Number(process.versions.node.split(".")[0]) < requiredNode) {
    process.stderr.write(
      `Node ${requiredNode} or newer is needed and this is ${process.versions.node}; start with \`npm start\`\n`,
    );
    process.exit(1);
  }
  if (process.argv.includes("--help")) {
    process.stdout.write(
      `npm start -- [SETTING ...]   (in a package: dataos [SETTING ...])\nnpm start -- recover [TYPE/NAME ...] [SETTING ...]: on a stopped server, says which stored policies do not compile, and takes out those named\n\n${describeSettings()}\n`,
    );
    return;
  }
  try {
    const [command, ...rest] = process.argv.slice(2);
    const isRecovery = command === "recover";
    const named = isRecovery ? rest.filter((argument) => /^[a-z-]+\//.test(argument)) : [];
    const config = loadConfig({
      argv: isRecovery ? rest.filter((argument) => !named.includes(argument)) : process.argv.slice(2),
      env: process.env,
      readFile: (path) => readFileSync(path, "utf8"),
      cwd: process.cwd(),
    });
    const logger = createLogger(config.logLevel);
    if (isRecovery) {
      await recover(config, logger, named);
      return;
    }
    const server = await startServer(config, logger);
    process.stdout.write(`listening on ${server.url}\n`);
    if (server.newKey) {
      process.stdout.write(`operator key, shown this once: ${server.newKey.reveal()}\n`);
    }
    let stopping = false;
    const stop = async (): Promise<void> => {
      if (stopping) return;
      stopping = true;
      await server.stop();
      process.exit(0);
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    process.exit(1);
  }
}

function describeFailure(error: unknown): string {
  if (!(error instanceof DataOsError))
    return `the server cannot start: ${error instanceof Error ? error.stack : String(error)}`;
  return [
    `the server cannot start: ${error.message}`,
    ...error.problems.map((problem) => `  ${formatProblem(problem)}`),
  ].join("\n");
}

await main();
