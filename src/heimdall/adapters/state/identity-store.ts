import type { Transaction } from "kysely";
import type { Clock } from "../../../shared/clock.ts";
import { BadInputError, ConflictError, NotFoundError } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import type { StateDb } from "../../../state/index.ts";
import { assertTagNamespace, checkSubjectTags, defaultTagNamespaces } from "../../identity/index.ts";
import type { IdentityStore, User } from "../../ports.ts";
import { createApiKeys } from "./api-keys.ts";
import { createChangeVersion } from "./change-version.ts";
import { defaultRoles, type IdentityTables, toUser } from "./identity-tables.ts";

const roleIdForm = /^[a-z0-9][a-z0-9._@-]{0,127}$/;
const userIdForm = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/;
const maxAttributesLength = 16_384;
const maxTextLength = 1_000;
const maxUsers = 10_000;

/** Users, roles and API keys in the state store, whose migrations have run. */
export function createStateIdentityStore(
  state: StateDb,
  {
    logger,
    clock,
    random,
  }: { readonly logger: Logger; readonly clock: Clock; readonly random?: (size: number) => Uint8Array },
): IdentityStore {
  const db = state.kysely<IdentityTables>();
  const version = createChangeVersion<IdentityTables>(state, clock, "identity_version");
  const keys = createApiKeys(state, version, { logger, clock, ...(random && { random }) });
  const readNamespaces = async (tx: Transaction<IdentityTables>): Promise<string[]> => {
    const rows = await tx.selectFrom("identity_tag_namespace").select("glob").orderBy("glob").execute();
    return [...defaultTagNamespaces, ...rows.map((row) => row.glob)];
  };
  /** WHY: decisions ask for the same subjects again and again, and keep what they know by the user's identity */
  const users = new Map<string, User>();
  let usersAt: number | undefined;
  const findUser = async (id: string): Promise<User | undefined> => {
    // INVARIANT: asked before the user is read, so that a change in between makes the entry old
    const now = await version.read();
    if (now !== usersAt || users.size >= maxUsers) {
      users.clear();
      usersAt = now;
    }
    const cached = users.get(id);
    if (cached) return cached;
    const row = await db.selectFrom("identity_user").selectAll().where("id", "=", id).executeTakeFirst();
    const user = row && toUser(row);
    if (user && usersAt === now) users.set(id, user);
    return user;
  };
  const getUser = async (id: string): Promise<User> => (await findUser(id)) ?? unknownUser(id);

  return {
    findUser,
    recallUser: (id) => (usersAt !== undefined && usersAt === version.peek() ? users.get(id) : undefined),
    getUser,
    async listUsers() {
      const rows = await db.selectFrom("identity_user").selectAll().execute();
      return rows.map(toUser).sort(byId);
    },
    async putUser(user) {
      assertUserId(user.id);
      assertText(user.name, "name");
      if (user.email !== undefined) assertText(user.email, "email");
      const attributes = JSON.stringify(user.attributes);
      if (attributes.length > maxAttributesLength) {
        throw new BadInputError(
          `the attributes of \`${user.id}\` have ${attributes.length} characters, at most ${maxAttributesLength} are stored`,
        );
      }
      await version.change(async (tx) => {
        await refuseLookAlike(tx, user.id);
        const tags = JSON.stringify(checkSubjectTags(user.id, user.tags, await readNamespaces(tx)));
        const row = { name: user.name, type: user.type, email: user.email ?? null, tags, attributes };
        await tx
          .insertInto("identity_user")
          .values({ id: user.id, ...row })
          .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
          .execute();
      });
    },
    async deleteUser(id) {
      await version.change(async (tx) => {
        await tx.deleteFrom("identity_api_key").where("user_id", "=", id).execute();
        await tx.deleteFrom("identity_user").where("id", "=", id).execute();
      });
    },
    async setUserTags(id, tags) {
      await version.change(async (tx) => {
        const checked = JSON.stringify(checkSubjectTags(id, tags, await readNamespaces(tx)));
        const { numUpdatedRows } = await tx
          .updateTable("identity_user")
          .set({ tags: checked })
          .where("id", "=", id)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) unknownUser(id);
      });
      return getUser(id);
    },
    async putRole({ id, name, description }) {
      assertRoleId(id);
      assertText(name, "name");
      const row = { name, description: description ?? null };
      await version.change(async (tx) => {
        await tx
          .insertInto("identity_role")
          .values({ id, ...row })
          .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
          .execute();
      });
    },
    async deleteRole(id) {
      if (defaultRoles.some((role) => role.id === id)) {
        throw new ConflictError(
          `role \`${id}\` is built in and cannot be deleted; take it from the users that have it instead`,
        );
      }
      await version.change(async (tx) => {
        await tx.deleteFrom("identity_role").where("id", "=", id).execute();
      });
    },
    async listRoles() {
      const rows = await db.selectFrom("identity_role").selectAll().execute();
      return rows.map(({ id, name, description }) => ({ id, name, description: description ?? undefined })).sort(byId);
    },
    async listTagNamespaces() {
      const rows = await db.selectFrom("identity_tag_namespace").selectAll().execute();
      const stored = rows.map(({ glob, description }) => ({ glob, description: description ?? undefined }));
      return [...defaultTagNamespaces.map((glob) => ({ glob, description: "built in" })), ...stored.sort(byGlob)];
    },
    async putTagNamespace({ glob, description }) {
      assertTagNamespace(glob);
      if (defaultTagNamespaces.includes(glob)) return;
      const row = { description: description ?? null };
      await version.change(async (tx) => {
        await tx
          .insertInto("identity_tag_namespace")
          .values({ glob, ...row })
          .onConflict((conflict) => conflict.column("glob").doUpdateSet(row))
          .execute();
      });
    },
    async deleteTagNamespace(glob) {
      if (defaultTagNamespaces.includes(glob))
        throw new ConflictError(`tag namespace \`${glob}\` is built in and stays`);
      await version.change(async (tx) => {
        await tx.deleteFrom("identity_tag_namespace").where("glob", "=", glob).execute();
      });
    },
    createApiKey: keys.create,
    revokeApiKey: keys.revoke,
    listApiKeys: keys.list,
    authenticate: keys.authenticate,
    recall: keys.recall,
    version: version.read,
  };
}

function unknownUser(id: string): never {
  throw new NotFoundError(`there is no user \`${id.slice(0, 128)}\``);
}

function assertUserId(id: string): void {
  if (!userIdForm.test(id)) {
    throw new BadInputError(
      `\`${id.slice(0, 128)}\` is not a user id; expected letters, digits and \`. _ @ -\`, starting with a letter or digit, at most 128 characters`,
    );
  }
}

/** SECURITY: people take `Alice` and `alice` for the same, in policies too. */
async function refuseLookAlike(tx: Transaction<IdentityTables>, id: string): Promise<void> {
  const other = await tx
    .selectFrom("identity_user")
    .select("id")
    .where((eb) => eb(eb.fn("lower", ["id"]), "=", id.toLowerCase()))
    .where("id", "!=", id)
    .executeTakeFirst();
  if (other)
    throw new ConflictError(`there is a user \`${other.id}\`; \`${id}\` differs from it in upper and lower case only`);
}

function assertRoleId(id: string): void {
  if (!roleIdForm.test(id)) {
    throw new BadInputError(
      `\`${id.slice(0, 128)}\` is not a role id; expected lower-case letters, digits and \`. _ @ -\`, starting with a letter or digit, at most 128 characters`,
    );
  }
}

function assertText(text: string, what: string): void {
  if (text.trim() === "" || text.length > maxTextLength || text.includes("\0") || !text.isWellFormed()) {
    throw new BadInputError(`the ${what} must be a text of 1 to ${maxTextLength} characters`);
  }
}

function byGlob(left: { readonly glob: string }, right: { readonly glob: string }): number {
  return left.glob < right.glob ? -1 : 1;
}

function byId(left: { readonly id: string }, right: { readonly id: string }): number {
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}
