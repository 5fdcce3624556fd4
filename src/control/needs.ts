/** What Control needs of the rest; wired in `main.ts`. */
import type { CallContext } from "../heimdall/ports.ts";
import type { ScanIngest } from "../metis/ports.ts";
import type { ScanReport } from "../scanner/index.ts";
import type { ScanProgress, ScanScope, SourceConnection, SourceHealth } from "../scanner/ports.ts";
import type { Secret } from "../shared/secret.ts";

/** Makes what the stored policies say the live decisions. */
export interface LivePolicies {
  /** Resolves when decisions follow the newest stored policies. Cheap where nothing changed. */
  refresh(): Promise<unknown>;
}

/** The sources that depots may be. */
export interface DepotSources {
  /** e.g. `["postgresql"]` */
  readonly engines: readonly string[];
  /**
   * Connects once and asks for the version.
   * @throws {UnavailableError} it does not answer
   * @throws {BadInputError} it, or the network guard, refuses; the message says what to set
   */
  health(connection: SourceConnection, signal: AbortSignal): Promise<SourceHealth>;
}

/** One scan of a depot into the catalog; `scanPostgres` with its network guard. */
export interface DepotScan {
  readonly connection: SourceConnection;
  readonly depot: string;
  readonly scope: ScanScope;
  readonly ingest: ScanIngest;
  readonly progress: ScanProgress;
  readonly signal: AbortSignal;
}

/** Scans; throws a planned error that says what to do. */
export type ScanDepot = (scan: DepotScan) => Promise<ScanReport>;

/** Statements on a source, one at a time. */
export interface SqlSession {
  /**
   * Runs one statement; several at once are refused. What it answers is dropped.
   * @throws {BadInputError} the source refuses it @throws {DeadlineExceededError} @throws {UnavailableError}
   */
  execute(sql: string): Promise<{ readonly command: string; readonly rows: number }>;
  /** Undoes what is not committed. Idempotent; never throws. */
  close(): Promise<void>;
}

/** Opens a session under the network guard. `signal` ends the connection. */
export type OpenSql = (
  connection: SourceConnection,
  options: { readonly readOnly: boolean; readonly statementTimeoutMs: number; readonly signal: AbortSignal },
) => Promise<SqlSession>;

/** Volumes that were handed to what runs. */
export interface MountedVolumes {
  readonly volumes: readonly {
    readonly name: string;
    /** parts of the path below its working folder; empty: only told by a variable */
    readonly directory: readonly string[];
    /** of the folder */
    readonly path: string;
  }[];
  /** Which one holds more than it may, in words. */
  findOver(): Promise<string | undefined>;
}

/**
 * The rows that one statement reads, under the network guard and in a transaction that cannot write.
 * @throws {BadInputError} the source refuses it @throws {PayloadTooLargeError} more than `maxRows` @throws {DeadlineExceededError}
 * @throws {UnavailableError}
 */
export type ReadSql = (
  connection: SourceConnection,
  sql: string,
  options: { readonly maxRows: number; readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** One job of a run. */
export interface StackCall {
  readonly stackSpec: unknown;
  /** In whose names: the first is who the job runs as; all of them must be allowed, now. Never empty. */
  readonly calls: readonly CallContext[];
  readonly runId: string;
  readonly job: string;
  /** variables as the manifest has them */
  readonly envs: Readonly<Record<string, string>>;
  /**
   * Entries of the secrets that the job names, by entry; they are kept out of its log from then on.
   * @throws {NotFoundError} one is not there @throws {ForbiddenError} the job's users may not read it
   */
  readonly readSecrets: () => Promise<ReadonlyMap<string, Secret>>;
  readonly mounted: MountedVolumes;
  /** the smaller limit of the job and of its compute; `undefined`: none */
  readonly memoryBytes: number | undefined;
  readonly progress: ScanProgress;
  /** Keeps a value out of the job's log and messages; call it before anything may print the value. */
  readonly hide: (value: Secret) => void;
  /**
   * Call it before anything that others see is changed: a process that stood still may have been given up, and its run be another's.
   * @throws {ConflictError} the run is not this process's any more
   */
  readonly assertHeld: () => Promise<void>;
  /** For how long that is sure without asking the store; `Infinity` where no other process can take it; 0 or less: not sure. */
  readonly sureForMs: () => number;
  readonly signal: AbortSignal;
}

/** A fault of `stackSpec`; `path` is below it. */
export interface StackFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** One replica of a service or worker. */
export interface ServeCall {
  readonly stackSpec: unknown;
  /** uid of the service or worker */
  readonly uid: string;
  /** `<workspace>/<name>` */
  readonly name: string;
  /** 0, 1, … */
  readonly replica: number;
  /** how many run side by side */
  readonly replicas: number;
  /** where it is to listen, where it is alone */
  readonly ports: readonly { readonly name: string | undefined; readonly port: number }[];
  readonly envs: Readonly<Record<string, string>>;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly mounted: MountedVolumes;
  /** `undefined`: no limit */
  readonly memoryBytes: number | undefined;
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
  /** It answers, or does not answer any more; `message` says where, or why not. */
  readonly onReady: (isReady: boolean, message: string) => void;
  readonly assertHeld: () => Promise<void>;
  /** For how long this process is sure to be the one that runs it; `Infinity`: as long as it lives. */
  readonly sureForMs: () => number;
  /** Ends it: asked first, made after a while. */
  readonly signal: AbortSignal;
}

/** How a stack runs what does not end by itself. */
export interface StackServing {
  check(stackSpec: unknown, hasPorts: boolean): readonly StackFault[];
  cannotRun(stackSpec: unknown): string | undefined;
  /**
   * Runs a replica. Resolves when it has ended with all that it started, and says how.
   * @throws a planned error where it cannot be started
   */
  serve(call: ServeCall): Promise<string>;
}

/** Carries out the jobs of one stack. */
export interface StackRunner {
  /** e.g. `scanner` */
  readonly stack: string;
  /** taken where the manifest names none, e.g. `2.0` */
  readonly version: string;
  /** What is wrong with a `stackSpec` that the grammar takes, when it is applied. */
  check(stackSpec: unknown): readonly StackFault[];
  /** Why a `stackSpec` without fault is not carried out here, e.g. a kind of source without a driver; the job's workflow waits. */
  cannotRun?(stackSpec: unknown): string | undefined;
  /** For services and workers; absent: the stack runs jobs only. */
  readonly serving?: StackServing;
  /** Small counts and facts of what was done. Throws a planned error where it did not succeed. */
  run(call: StackCall): Promise<Readonly<Record<string, unknown>>>;
}
