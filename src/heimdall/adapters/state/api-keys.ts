import { timingSafeEqual } from "node:crypto";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import { BadInputError, ConflictError, NotFoundError, UnauthenticatedError } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import { Secret } from "../../../shared/secret.ts";
import type { StateDb } from "../../../state/index.ts";
import { generateApiKey, generateApiKeyId, type PresentedKey, parseApiKey } from "../../identity/index.ts";
import type { ApiKeyInfo, IdentityStore, User } from "../../ports.ts";
import type { ChangeVersion } from "./change-version.ts";
import { type IdentityTables, toUser } from "./identity-tables.ts";

type KeyRow = IdentityTables["identity_api_key"];

/** The API key part of the identity store. */
export interface ApiKeys {
  create: IdentityStore["createApiKey"];
  revoke: IdentityStore["revokeApiKey"];
  list: IdentityStore["listApiKeys"];
  authenticate: IdentityStore["authenticate"];
  recall: IdentityStore["recall"];
}

interface CachedKey {
  readonly user: User;
  readonly key: KeyRow;
  readonly version: number;
  readonly at: number;
}

const cacheMs = 5_000;
const maxCached = 10_000;
const lastUsedEveryMs = 60_000;
const maxTtlSeconds = 10 * 366 * 86_400;
const dummyHash = "0".repeat(64);

export function createApiKeys(
  state: StateDb,
  version: ChangeVersion<IdentityTables>,
  options: { readonly logger: Logger; readonly clock: Clock; readonly random?: (size: number) => Uint8Array },
): ApiKeys {
  const { logger, clock, random } = options;
  const db = state.kysely<IdentityTables>();
  /** by hash of the key */
  const cache = new Map<string, CachedKey>();
  /** by the key itself; WHY: hashing it is most of what a call of a known caller would cost */
  const recent = new Map<string, CachedKey>();
  /** by key id: when `last_used_at` was written last */
  const lastUsed = new Map<string, number>();

  const find = async (presented: PresentedKey): Promise<{ readonly key: KeyRow; readonly user: User } | undefined> => {
    const key = await db
      .selectFrom("identity_api_key")
      .selectAll()
      .where(
        presented.kind === "issued" ? "id" : "hash",
        "=",
        presented.kind === "issued" ? presented.id : presented.hash,
      )
      .executeTakeFirst();
    // SECURITY: an unknown id compares too, so that time does not tell which ids exist
    const same = timingSafeEqual(Buffer.from(key?.hash ?? dummyHash, "hex"), Buffer.from(presented.hash, "hex"));
    if (!key || !same) return undefined;
    const user = await db.selectFrom("identity_user").selectAll().where("id", "=", key.user_id).executeTakeFirst();
    return user && { key, user: toUser(user) };
  };

  const isLive = ({ expires_at, revoked_at }: KeyRow): boolean =>
    revoked_at === null && (expires_at === null || clock.now() < Date.parse(expires_at));

  const noteUse = (key: KeyRow): void => {
    const now = clock.now();
    const before = lastUsed.get(key.id) ?? (key.last_used_at === null ? 0 : Date.parse(key.last_used_at));
    if (now - before < lastUsedEveryMs) return;
    if (lastUsed.size >= maxCached) lastUsed.clear();
    lastUsed.set(key.id, now);
    // WHY: nobody waits for it; what it shows may be lost, the call may not be slow
    db.updateTable("identity_api_key")
      .set({ last_used_at: toTimestamp(now) })
      .where("id", "=", key.id)
      .execute()
      .catch((error: unknown) => logger.warn({ error, apiKey: key.id }, "last use of an API key could not be noted"));
  };

  return {
    async create({ userId, name, ttlSeconds, given }) {
      if (name.trim() === "" || name.length > 200)
        throw new BadInputError("the name of an API key must have 1 to 200 characters");
      if (
        ttlSeconds !== undefined &&
        !(Number.isInteger(ttlSeconds) && ttlSeconds > 0 && ttlSeconds <= maxTtlSeconds)
      ) {
        throw new BadInputError(
          `the life of an API key must be a whole number of seconds from 1 to ${maxTtlSeconds}, not \`${ttlSeconds}\``,
        );
      }
      const { id, key } = given ? toGivenKey(given, random) : generateApiKey(random);
      const presented = parseApiKey(key);
      if (!presented)
        throw new BadInputError(
          "a given API key must have 16 to 200 printable characters without spaces, and not start with `hmd_` unless it was made here",
        );
      const now = clock.now();
      const row: KeyRow = {
        id,
        hash: presented.hash,
        name,
        user_id: userId,
        created_at: toTimestamp(now),
        expires_at: ttlSeconds === undefined ? null : toTimestamp(now + ttlSeconds * 1_000),
        last_used_at: null,
        revoked_at: null,
      };
      const stored = await version.change(async (tx) => {
        const user = await tx.selectFrom("identity_user").select("id").where("id", "=", userId).executeTakeFirst();
        if (!user) throw new NotFoundError(`there is no user \`${userId.slice(0, 128)}\``);
        const same = await tx
          .selectFrom("identity_api_key")
          .selectAll()
          .where("hash", "=", presented.hash)
          .executeTakeFirst();
        if (!same) {
          await tx.insertInto("identity_api_key").values(row).execute();
          return row;
        }
        // the same given key again, e.g. at the next start
        if (same.user_id === userId && isLive(same)) return same;
        throw new ConflictError(
          "the given API key was used before and is revoked, expired or another user's; give another one",
        );
      });
      return { info: toInfo(stored), key: new Secret(key) };
    },
    async revoke(id) {
      return version.change(async (tx) => {
        const row = await tx.selectFrom("identity_api_key").selectAll().where("id", "=", id).executeTakeFirst();
        if (!row) throw new NotFoundError(`there is no API key \`${id.slice(0, 40)}\``);
        const revoked = { ...row, revoked_at: row.revoked_at ?? toTimestamp(clock.now()) };
        await tx.updateTable("identity_api_key").set({ revoked_at: revoked.revoked_at }).where("id", "=", id).execute();
        return toInfo(revoked);
      });
    },
    async list(userId) {
      let query = db.selectFrom("identity_api_key").selectAll().orderBy("created_at").orderBy("id");
      if (userId !== undefined) query = query.where("user_id", "=", userId);
      return (await query.execute()).map(toInfo);
    },
    recall(secret) {
      const cached = recent.get(secret.reveal());
      if (!cached || cached.version !== version.peek() || Math.abs(clock.now() - cached.at) >= cacheMs)
        return undefined;
      if (!isLive(cached.key)) return undefined;
      noteUse(cached.key);
      return cached.user;
    },
    async authenticate(secret) {
      const presented = parseApiKey(secret.reveal());
      if (!presented) throw new UnauthenticatedError();
      // INVARIANT: asked before the key is read, so that a change in between makes the entry old
      const now = await version.read();
      const cached = cache.get(presented.hash);
      const isFresh = cached?.version === now && Math.abs(clock.now() - cached.at) < cacheMs;
      const found = cached && isFresh ? cached : await find(presented);
      if (!found || !isLive(found.key)) {
        cache.delete(presented.hash);
        recent.delete(secret.reveal());
        throw new UnauthenticatedError();
      }
      if (found !== cached) {
        if (cache.size >= maxCached) {
          cache.clear();
          recent.clear();
        }
        const kept: CachedKey = { ...found, version: now, at: clock.now() };
        cache.set(presented.hash, kept);
        recent.set(secret.reveal(), kept);
      }
      noteUse(found.key);
      return found.user;
    },
  };
}

function toGivenKey(
  given: Secret,
  random: ((size: number) => Uint8Array) | undefined,
): { readonly id: string; readonly key: string } {
  const key = given.reveal();
  const presented = parseApiKey(key);
  return { id: presented?.kind === "issued" ? presented.id : generateApiKeyId(random), key };
}

function toInfo(row: KeyRow): ApiKeyInfo {
  return {
    id: row.id,
    name: row.name,
    userId: row.user_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}
