/** What a source adapter gives and what a scan needs. */
import type { Logger } from "../shared/logger.ts";
import type { Secret } from "../shared/secret.ts";

/** Where and how to connect; made by Control from a depot and its secret. */
export interface SourceConnection {
  readonly engine: "postgresql";
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: Secret;
  /** e.g. `sslmode` */
  readonly params: Readonly<Record<string, string>>;
}

/** Include and exclude lists of regular expressions (linear-time engine); a bare name is a prefix (`reference/dataos.md` §7); exclude beats include. */
export interface NamePattern {
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

export interface ScanScope {
  readonly databases: NamePattern;
  readonly schemas: NamePattern;
  readonly tables: NamePattern;
  readonly includeTables: boolean;
  readonly includeViews: boolean;
}

/** Resolves a host and connects only to addresses that may be used (see `DATAOS_DEPOT_NETWORKS`). */
export interface NetworkGuard {
  /** An address that is allowed. @throws {UnavailableError} the name does not resolve. @throws {BadInputError} refused, saying what to set */
  resolve(host: string): Promise<{ readonly address: string; readonly family: 4 | 6 }>;
}

export interface SourceHealth {
  readonly version: string;
  readonly latencyMs: number;
}

export interface ScanProgress {
  readonly log: Logger;
  /** e.g. `("tables", 120)`; may be called often */
  progress(step: string, done: number): void;
}
