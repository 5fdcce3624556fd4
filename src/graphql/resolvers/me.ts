import { query } from "../root-field.ts";

const rolePrefix = "roles:id:";

/** Root fields about the caller. */
export const meFields = {
  Query: {
    me: query("me", async (auth, _, { services }) => {
      const { id, type, tags, attributes } = auth.subject;
      const user = await services.identity.findUser(id);
      return {
        id,
        name: user?.name ?? id,
        type,
        email: user?.email ?? null,
        tags: [...tags].sort(),
        roles: tags
          .filter((tag) => tag.startsWith(rolePrefix))
          .map((tag) => tag.slice(rolePrefix.length))
          .sort(),
        attributes,
      };
    }),
  },
};
