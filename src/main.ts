// The composition root: the only file that knows every part.
import { hkdfSync } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
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
  endLeftProcesses,
  shareSources,
} from "./control/index.ts";
import { createStateSecretStore, loadMasterKey } from "./control/secrets/index.ts";
import { createLogger } from "./drivers/pino/index.ts";
import { acquireFileLock } from "./drivers/sqlite/index.ts";
import { describeUser, toSubject } from "./graphql/index.ts";
import { loadBuiltInPolicies } from "./heimdall/adapters/file/index.ts";
import {
  createStateIdentityStore,
  createStateObjectDirectory,
  createStateShadowStore,
} from "./heimdall/adapters/state/index.ts";
import {
  createAuthorizer,
  createLivePolicies,
  createPolicyChecker,
  joinSources,
  listPolicies,
  rememberObjects,
} from "./heimdall/authorization/index.ts";
import { createObjectRegistry, createRegisteredObjectSource, describeTypes } from "./heimdall/objects/index.ts";
import { createDirectoryLister, createQuestions } from "./heimdall/questions/index.ts";
import { createPolicySafety } from "./heimdall/safety/index.ts";
import { createHttpServer, createMetrics } from "./http/index.ts";
import { parseSynonyms } from "./metis/search/index.ts";
import { createCatalog } from "./metis/service/index.ts";
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
import { ensureOperator, openCore, openLineage, openMail, openSearch, readEngines, recover } from "./start/index.ts";

const requiredNode = 24;
const root = fileURLToPath(new URL("..", import.meta.url));

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

/** Those variables of the server's own environment that are set. */
function pickEnvironment(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
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
      await recover(config, logger, named, join(root, "policies"));
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
