import { createHash, randomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import { connectPostgres, type PostgresClient, parsePostgresUrl } from "../../drivers/postgres/index.ts";
import { ConflictError } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";
import { resourceUrn } from "../describe.ts";
import type { ResourceRef } from "../ports.ts";
import { TerminalError } from "../reconcile/types.ts";

const connectTimeoutMs = 10_000;
const statementTimeoutMs = 600_000;
const settings = "DATAOS_MANAGED_POSTGRES_URL";

/** Databases on the managed PostgreSQL, one per resource. */
export interface ManagedDatabases {
  /** Name of the database and of the role that owns it. */
  nameOf(ref: ResourceRef): string;
  /**
   * Makes it where it is not there, and lets its owner work in it while nobody else does.
   * @throws {ConflictError} somebody else works on it now
   * @throws {TerminalError} there is one of that name which is not of this resource
   */
  withOwner<T>(ref: ResourceRef, work: (client: PostgresClient) => Promise<T>): Promise<T>;
  /** Drops it with its owner, whoever is connected. Idempotent. */
  drop(ref: ResourceRef): Promise<void>;
}

/** @param url of a role that may make databases and roles, e.g. `postgresql://admin:…@db:5432/postgres` */
export function createManagedDatabases(url: Secret): ManagedDatabases {
  const managed = parsePostgresUrl(url);
  return {
    nameOf,
    async withOwner(ref, work) {
      const name = nameOf(ref);
      const admin = await connect(managed.database, managed.username, managed.password);
      try {
        await lock(admin, name);
        const password = new Secret(randomBytes(24).toString("base64url"));
        await ensure(admin, ref, name, password);
        try {
          // SECURITY: migrations are what users wrote; they get the rights of their own database's owner and no others
          const owner = await connect(name, name, password);
          try {
            return await work(owner);
          } finally {
            await owner.close();
          }
        } finally {
          await admin.execute(`alter role ${quote(name)} nologin`);
        }
      } finally {
        await admin.close();
      }
    },

    async drop(ref) {
      const name = nameOf(ref);
      const admin = await connect(managed.database, managed.username, managed.password);
      try {
        await lock(admin, name);
        if ((await readOwner(admin, name)) !== resourceUrn(ref)) return;
        await admin.execute(`drop database if exists ${quote(name)} with (force)`);
        await admin.execute(`drop role if exists ${quote(name)}`);
      } finally {
        await admin.close();
      }
    },
  };

  async function connect(database: string, username: string, password: Secret): Promise<PostgresClient> {
    const { host, port } = managed;
    const address = host.startsWith("/") ? host : (await lookup(host)).address;
    return connectPostgres({
      ...{ host, address, port, database, username, password, connectTimeoutMs, statementTimeoutMs, settings },
      params: Object.fromEntries(managed.params),
      applicationName: "dataos-databases",
      readOnly: false,
    });
  }
}

/** `public/orders` -> `dataos_public_orders`. INVARIANT: names have no underscore, so no two share one. */
function nameOf({ workspace = "public", name }: ResourceRef): string {
  const full = `dataos_${workspace}_${name}`;
  if (full.length <= 63) return full;
  return `${full.slice(0, 50)}_${createHash("sha256").update(full).digest("hex").slice(0, 12)}`;
}

async function lock(admin: PostgresClient, name: string): Promise<void> {
  const [row] = await admin.query<{ held: boolean }>(
    "select pg_try_advisory_lock(hashtextextended($1, 7400)) as held",
    [name],
  );
  if (row?.held !== true)
    throw new ConflictError(`another process works on database \`${name}\` now; it is tried again`);
}

async function ensure(admin: PostgresClient, ref: ResourceRef, name: string, password: Secret): Promise<void> {
  const role = quote(name);
  const owner = await readOwner(admin, name);
  if (owner !== undefined && owner !== resourceUrn(ref))
    throw new TerminalError(
      "NotOurs",
      `there is a database \`${name}\` already which is not of this resource; rename one of them`,
    );
  const roles = await admin.query("select 1 from pg_roles where rolname = $1", [name]);
  if (roles.length === 0) await admin.execute(`create role ${role} nologin nosuperuser nocreatedb nocreaterole`);
  await admin.execute(`grant ${role} to current_user`);
  if (owner === undefined) {
    await admin.execute(`create database ${role} owner ${role}`);
    await admin.execute(`comment on database ${role} is ${literal(resourceUrn(ref))}`);
    await admin.execute(`revoke all on database ${role} from public`);
  }
  await admin.execute(`alter role ${role} login password ${literal(password.reveal())}`);
}

/** Whose it is; `""`: nobody's; `undefined`: it is not there. One that was made and not named yet, and is its role's, is made again. */
async function readOwner(admin: PostgresClient, name: string): Promise<string | undefined> {
  const [row] = await admin.query<{ comment: string | null; owner: string }>(
    "select shobj_description(oid, 'pg_database') as comment, pg_get_userbyid(datdba) as owner from pg_database where datname = $1",
    [name],
  );
  if (!row) return undefined;
  if (row.comment !== null || row.owner !== name) return row.comment ?? "";
  // the process ended between making it and naming it: nothing is in it yet
  await admin.execute(`drop database ${quote(name)}`);
  return undefined;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
