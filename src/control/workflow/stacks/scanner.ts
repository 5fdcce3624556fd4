import type { Authorized, Authorizer, CallContext } from "../../../heimdall/ports.ts";
import type { Catalog, ScanIngest } from "../../../metis/ports.ts";
import type { NamePattern } from "../../../scanner/ports.ts";
import { BadInputError, NotFoundError } from "../../../shared/errors.ts";
import type { Connections } from "../../connections.ts";
import { noScan, readOtherScan, readScannerSpec } from "../../manifest/index.ts";
import type { ScanDepot, StackFault, StackRunner } from "../../needs.ts";
import { TerminalError } from "../../reconcile/types.ts";
import type { ResourceStore } from "../../stores.ts";
import { describeCatalogDepot } from "./describe-depot.ts";

export interface ScannerStackOptions {
  readonly resources: Pick<ResourceStore, "find">;
  readonly connections: Connections;
  readonly authorizer: Pick<Authorizer, "authorize">;
  readonly catalog: Pick<Catalog, "beginScan">;
  readonly scan: ScanDepot;
  /** Compiles a filter pattern, to find faults when it is applied. @throws {BadInputError} */
  readonly checkNames: (pattern: NamePattern, setting: string) => unknown;
}

/** `scanner:2.0`: reads a depot's catalog into Metis. */
export function createScannerStack(options: ScannerStackOptions): StackRunner {
  return {
    stack: "scanner",
    version: "2.0",

    check(stackSpec) {
      const { scope } = readScannerSpec(stackSpec).spec ?? {};
      if (!scope) return [];
      const faults: StackFault[] = [];
      for (const [key, pattern] of [
        ["databaseFilterPattern", scope.databases],
        ["schemaFilterPattern", scope.schemas],
        ["tableFilterPattern", scope.tables],
      ] as const) {
        try {
          options.checkNames(pattern, key);
        } catch (error) {
          if (!(error instanceof BadInputError)) throw error;
          faults.push({ path: ["sourceConfig", "config", key], message: error.message });
        }
      }
      return faults;
    },

    cannotRun(stackSpec) {
      const other = readOtherScan(stackSpec);
      return other === undefined ? undefined : noScan(other);
    },

    async run({ stackSpec, calls, runId, progress, hide, assertHeld, signal }) {
      const { spec } = readScannerSpec(stackSpec);
      if (!spec)
        throw new BadInputError("the job's stackSpec is not read by this version of the server; apply it again");
      const depot = await options.resources.find({ type: "depot", name: spec.depot, workspace: undefined });
      if (!depot || depot.phase === "Terminating") {
        throw new NotFoundError(`there is no depot \`${spec.depot}\`; apply it`);
      }
      for (const call of calls) await options.authorizer.authorize(call, "resource.read", depot.object);
      const auth = await authorizeUpdate(calls, spec.depot);
      const connection = await open();
      hide(connection.password);
      progress.log.info({ depot: spec.depot, host: connection.host, database: connection.database }, "scan started");
      const ingest = await options.catalog.beginScan(auth, { depot: spec.depot, runId });
      const { outcome, facts } = await options.scan({
        connection,
        depot: spec.depot,
        scope: spec.scope,
        ingest: whileHeld(spec.markDeleted ? ingest : withoutAbsence(ingest), assertHeld),
        progress,
        signal,
      });
      for (const warning of facts.warnings) progress.log.warn({}, warning);
      const { warnings, viewLineage, ...counts } = facts;
      return { ...counts, ...outcome, warnings: warnings.length, ...prefixed("viewLineage", viewLineage) };

      async function open() {
        try {
          return await options.connections.open(depot as NonNullable<typeof depot>, `scan of depot ${spec?.depot}`);
        } catch (error) {
          if (error instanceof TerminalError) throw new BadInputError(error.message, { cause: error });
          throw error;
        }
      }
    },
  };

  async function authorizeUpdate(calls: readonly CallContext[], depot: string): Promise<Authorized<"entity.update">> {
    const object = describeCatalogDepot(depot);
    let first: Authorized<"entity.update"> | undefined;
    for (const call of calls) {
      const auth = await options.authorizer.authorize(call, "entity.update", object);
      first ??= auth;
    }
    if (!first) throw new TypeError("a job runs in nobody's name");
    return first;
  }
}

/** SECURITY: a scan that was given up writes nothing beside, or after, the one that took its place. */
function whileHeld(ingest: ScanIngest, assertHeld: () => Promise<void>): ScanIngest {
  const held =
    <Given extends readonly unknown[], T>(write: (...given: Given) => Promise<T>) =>
    async (...given: Given): Promise<T> => {
      await assertHeld();
      return write(...given);
    };
  return {
    put: held(ingest.put),
    putLineage: held(ingest.putLineage),
    listed: held(ingest.listed),
    failed: held(ingest.failed),
    finish: held(ingest.finish),
  };
}

/** Without saying what was listed whole: then nothing becomes missing. */
function withoutAbsence(ingest: ScanIngest): ScanIngest {
  return {
    put: (assertions) => ingest.put(assertions),
    putLineage: (evidence, edges) => ingest.putLineage(evidence, edges),
    listed: async () => {},
    failed: (container, reason) => ingest.failed(container, reason),
    finish: () => ingest.finish(),
  };
}

function prefixed(prefix: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).map(([key, count]) => [`${prefix}${key.charAt(0).toUpperCase()}${key.slice(1)}`, count]),
  );
}
