import { checkSubjectTags } from "../../heimdall/identity/index.ts";
import type { ApiKeyInfo, User } from "../../heimdall/ports.ts";
import { BadInputError, ConflictError, ForbiddenError, NotFoundError } from "../../shared/errors.ts";
import { matchesFilter } from "../../shared/object-filter.ts";
import type { GraphqlContext } from "../context.ts";
import { describeApiKey, describeUser } from "../objects.ts";
import { openList } from "../paging/connection.ts";
import { changing } from "../record-change.ts";
import { mutation, query } from "../root-field.ts";

const dayInSeconds = 86_400;
const maxTtlSeconds = 366 * dayInSeconds;

/** Root fields about users and API keys. */
export const identityFields = {
  Query: {
    users: query("users", async (auth, page, context) => {
      const list = openList(context, ["users"], page);
      const users = await context.services.identity.listUsers();
      const visible = users.filter((user) => matchesFilter(auth.filter, describeUser(user)));
      return list.sliceToConnection(visible, ({ id }) => id, toUser);
    }),
    apiKeys: query("apiKeys", async (auth, { userId }, { services }) => {
      const keys = await services.identity.listApiKeys(userId ?? undefined);
      return keys.filter((key) => matchesFilter(auth.filter, describeApiKey(key))).map(toApiKey);
    }),
  },
  Mutation: {
    createApiKey: mutation(
      "createApiKey",
      ({ input }, context) => {
        const { identity } = context.services;
        const userId = input.userId ?? context.call.subject.id;
        return {
          object: describeApiKey({ name: input.name, userId }),
          run: async (auth) => {
            const ttlSeconds = parseTtl(input.ttlSeconds ?? dayInSeconds);
            const user = await identity.getUser(userId);
            // SECURITY: whoever holds a key of a user can do all that the user can
            if (userId !== context.call.subject.id) refuseUnheld(context, user, user.tags);
            const about = { object: describeUser(user).paths, details: { name: input.name } };
            const { info, key } = await changing(
              context,
              auth,
              about,
              () => identity.createApiKey({ userId, name: input.name, ttlSeconds }),
              (made) => ({ object: describeApiKey(made.info).paths }),
            );
            return { apiKey: toApiKey(info), key: key.reveal(), userErrors: [] };
          },
        };
      },
      (userErrors) => ({ apiKey: null, key: null, userErrors }),
    ),
    revokeApiKey: mutation(
      "revokeApiKey",
      async (within, { input }, context) => {
        const { identity } = context.services;
        const keys = await identity.listApiKeys();
        const key = keys.find(({ id }) => id === input.id);
        if (!key || !matchesFilter(within.filter, describeApiKey(key))) {
          throw new NotFoundError(`no API key \`${input.id.slice(0, 100)}\`; \`apiKeys\` lists those there are`);
        }
        return {
          object: describeApiKey(key),
          run: async (auth) => {
            const about = { object: describeApiKey(key).paths };
            const revoked = await changing(context, auth, about, () => identity.revokeApiKey(key.id));
            return { apiKey: toApiKey(revoked), key: null, userErrors: [] };
          },
        };
      },
      (userErrors) => ({ apiKey: null, key: null, userErrors }),
    ),
    setUserTags: mutation(
      "setUserTags",
      async (within, { input }, context) => {
        const { identity } = context.services;
        const user = await identity.findUser(input.userId);
        if (!user || !matchesFilter(within.filter, describeUser(user))) {
          throw new NotFoundError(`no user \`${input.userId.slice(0, 100)}\`; \`users\` lists those there are`);
        }
        return {
          object: describeUser(user),
          run: async (auth) => {
            const tags = [...new Set(input.tags)].sort();
            const added = tags.filter((tag) => !user.tags.includes(tag));
            refuseUnheld(context, user, added);
            refuseFreeing(context, user, tags);
            await refuseLockout(context, { ...user, tags });
            if (input.dryRun) {
              const namespaces = await identity.listTagNamespaces();
              checkSubjectTags(
                user.id,
                tags,
                namespaces.map(({ glob }) => glob),
              );
              return { user: toUser({ ...user, tags }), userErrors: [] };
            }
            const removed = user.tags.filter((tag) => !tags.includes(tag));
            const about = { object: describeUser(user).paths, details: { added, removed } };
            const changed = await changing(context, auth, about, () => identity.setUserTags(user.id, tags));
            return { user: toUser(changed), userErrors: [] };
          },
        };
      },
      (userErrors) => ({ user: null, userErrors }),
    ),
  },
};

/**
 * SECURITY: nobody hands out what they do not hold, unless they hold `escalate` on it (DESIGN §4).
 * @throws {ForbiddenError} naming the tags
 */
function refuseUnheld({ call, services }: GraphqlContext, user: User, tags: readonly string[]): void {
  const unheld = tags.filter((tag) => !call.subject.tags.includes(tag) && tag !== `users:id:${user.id}`);
  const object = describeUser(user);
  const refused = unheld.filter(
    (tag) => !services.authorizer.check(call, "escalate", { ...object, tags: [...object.tags, tag] }),
  );
  if (refused.length === 0) return;
  throw new ForbiddenError(
    `you do not hold ${refused.map((tag) => `\`${tag}\``).join(", ")}, so you cannot hand it out; ask somebody who does, or who may \`escalate\``,
  );
}

/**
 * SECURITY: a tag that a deny or a mask is about binds whoever has it; taking it away is handing out what they hold back.
 * @throws {ForbiddenError} naming the tags
 */
function refuseFreeing({ call, services }: GraphqlContext, user: User, tags: readonly string[]): void {
  const facts = services.authorizer.policyFacts(user, { tags, attributes: user.attributes });
  if (facts.length === 0 || services.authorizer.check(call, "escalate", describeUser(user))) return;
  throw new ForbiddenError(
    `policies look at ${facts.join(", ")} of \`${user.id}\`, so taking it away is changing what they give; ask somebody who may \`escalate\``,
  );
}

/** @throws {ConflictError} nobody could change policies any more */
async function refuseLockout({ services }: GraphqlContext, later: User): Promise<void> {
  const before = await services.identity.listUsers();
  const after = before.map((user) => (user.id === later.id ? later : user));
  const lockout = services.policyChecker.lockout([], { before, after });
  if (lockout !== undefined) throw new ConflictError(lockout);
}

/** `undefined` for a key that does not expire. */
function parseTtl(seconds: number): number | undefined {
  if (seconds === 0) return undefined;
  if (seconds > 0 && seconds <= maxTtlSeconds) return seconds;
  throw new BadInputError(
    `\`ttlSeconds\` is ${seconds}, expected 1 to ${maxTtlSeconds}, or 0 for a key that does not expire`,
  );
}

function toUser({ id, name, type, email, tags, attributes }: User) {
  return { id, name, type, email: email ?? null, tags, attributes };
}

function toApiKey({ id, name, userId, createdAt, expiresAt, lastUsedAt, revokedAt }: ApiKeyInfo) {
  return {
    id,
    name,
    userId,
    createdAt,
    expiresAt: expiresAt ?? null,
    lastUsedAt: lastUsedAt ?? null,
    revokedAt: revokedAt ?? null,
  };
}
