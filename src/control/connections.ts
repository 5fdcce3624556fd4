import type { Authorizer, CallContext } from "../heimdall/ports.ts";
import type { SourceConnection } from "../scanner/ports.ts";
import type { Subject } from "../shared/decision.ts";
import { NotFoundError } from "../shared/errors.ts";
import type { Secret } from "../shared/secret.ts";
import { nameOf } from "./describe.ts";
import { type DepotSpec, readStoredSpec } from "./manifest/index.ts";
import type { ResourceRef } from "./ports.ts";
import { TerminalError } from "./reconcile/types.ts";
import type { SecretRef, SecretStore } from "./secrets/index.ts";
import type { ResourceStore, StoredResource } from "./stores.ts";

/** Where a resource's own secret values are kept. */
export function secretRefOf({ type, name, workspace }: ResourceRef): SecretRef {
  return { workspace, kind: type, name };
}

/** Finds who a stored id stands for now; `undefined`: not known any more. */
export type FindSubject = (id: string) => Promise<Subject | undefined>;

/** A call that the server makes by itself, in the name of `subject`. */
export function callFor(subject: Subject, requestId: string): CallContext {
  return { subject, requestId, ip: undefined, via: "workflow" };
}

/** Turns depots into connections. */
export interface Connections {
  /**
   * @param purpose why the credentials are opened; recorded
   * @param access `rw`: only with a secret for reading and writing; default `r`: with one for reading, else with any
   * @throws {TerminalError} `MissingCredentials`, `SecretNotAllowed`, `ReadOnly`
   */
  open(depot: StoredResource, purpose: string, access?: "r" | "rw"): Promise<SourceConnection>;
}

const defaultPorts: Readonly<Record<string, number>> = { postgresql: 5432 };

export function createConnections({
  resources,
  secrets,
  authorizer,
  findSubject,
}: {
  readonly resources: ResourceStore;
  readonly secrets: SecretStore;
  readonly authorizer: Pick<Authorizer, "check">;
  readonly findSubject: FindSubject;
}): Connections {
  return {
    async open(depot, purpose, access = "r") {
      const spec = readStoredSpec("depot", depot.version, depot.manifest);
      const { location, engine } = spec;
      const values = await readCredentials(depot, spec, purpose, access);
      const username = values?.get("username") ?? values?.get("user");
      const password = values?.get("password");
      if (!username || !password) {
        throw new TerminalError(
          "MissingCredentials",
          `\`username\` and \`password\` are needed and not stored; ${howToGive(depot, spec)}`,
        );
      }
      return {
        engine: engine as SourceConnection["engine"],
        host: String(location.host),
        port: typeof location.port === "number" ? location.port : (defaultPorts[engine] ?? 0),
        // WHY: the seeds' depots name no database; every PostgreSQL server has this one
        database: typeof location.database === "string" ? location.database : "postgres",
        username: username.reveal(),
        password,
        params: (location.params as Readonly<Record<string, string>> | undefined) ?? {},
      };
    },
  };

  /** By field name. Inline before referenced, read before read-write. */
  async function readCredentials(
    depot: StoredResource,
    spec: DepotSpec,
    purpose: string,
    access: "r" | "rw",
  ): Promise<ReadonlyMap<string, Secret> | undefined> {
    // read before read-write; who writes takes nothing but the latter
    const inline = pickByAcl(spec.inline, ({ acl }) => acl, access);
    if (spec.inline.length > 0 && !inline) throw readOnly(depot);
    if (inline) {
      const stored = await readValues(depot.ref, purpose);
      if (!stored) return undefined;
      return pick(inline.entries, stored, "depot.");
    }
    const referenced = await Promise.all(spec.secrets.map((ref) => resources.find(ref)));
    const found = referenced.filter((resource) => resource !== undefined);
    const first = pickByAcl(found, aclOf, access);
    if (found.length > 0 && !first) throw readOnly(depot);
    if (!first) return undefined;
    await assertMayUse(depot, first);
    const stored = await readValues(first.ref, purpose);
    return stored && toFields(stored);
  }

  /**
   * SECURITY: a depot sends credentials to the host it names. Who applies one must hold the secrets it names, now and
   * not only when it was applied; otherwise anybody who may write depots could send them to a host of his own.
   */
  async function assertMayUse(depot: StoredResource, secret: StoredResource): Promise<void> {
    const subject = await findSubject(depot.actor);
    const call = subject && callFor(subject, depot.uid);
    if (call && authorizer.check(call, "read", secret.object)) return;
    throw new TerminalError(
      "SecretNotAllowed",
      `\`${depot.actor}\`, who applied the depot, may not read ${nameOf(secret.ref)}; grant that, or let somebody apply the depot who may`,
    );
  }

  async function readValues(ref: ResourceRef, purpose: string): Promise<ReadonlyMap<string, Secret> | undefined> {
    try {
      return (await secrets.get(secretRefOf(ref), purpose)).values;
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }
}

function pickByAcl<T>(secrets: readonly T[], aclOf: (secret: T) => unknown, access: "r" | "rw"): T | undefined {
  const writing = secrets.find((secret) => aclOf(secret) === "rw");
  return access === "rw" ? writing : (secrets.find((secret) => aclOf(secret) !== "rw") ?? writing);
}

function readOnly(depot: StoredResource): TerminalError {
  return new TerminalError(
    "ReadOnly",
    `${nameOf(depot.ref)} has no secret with \`acl: rw\`, so nothing is written there; name one below its \`secrets\``,
  );
}

function pick(
  entries: ReadonlyMap<string, string>,
  stored: ReadonlyMap<string, Secret>,
  prefix: string,
): ReadonlyMap<string, Secret> {
  const found = new Map<string, Secret>();
  for (const [field, path] of entries) {
    const value = stored.get(prefix + path);
    if (value) found.set(field, value);
  }
  return found;
}

/** `instance-secret.data.username` -> `username` */
function toFields(stored: ReadonlyMap<string, Secret>): ReadonlyMap<string, Secret> {
  return new Map([...stored].map(([path, value]) => [path.split(".").slice(2).join("."), value]));
}

function aclOf({ ref, manifest }: StoredResource): unknown {
  return (manifest[ref.type] as { acl?: unknown } | undefined)?.acl;
}

function howToGive(depot: StoredResource, spec: DepotSpec): string {
  if (spec.inline.length > 0) {
    return "apply the depot with them below `connectionSecret` (a change of host, port or TLS drops what was stored)";
  }
  const [first] = spec.secrets;
  if (first) return `put them into ${nameOf(first)}`;
  return `apply an instance-secret such as \`${depot.ref.name}-r\` and name it below \`secrets\``;
}
