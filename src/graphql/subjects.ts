import type { DecisionQuestion, IdentityStore, User } from "../heimdall/ports.ts";
import type { Subject } from "../shared/decision.ts";

/** The user as decisions see it: its tags and `users:id:<id>`. */
export function toSubject({ id, type, tags, attributes }: User): Subject {
  const own = `users:id:${id}`;
  return { id, type, tags: tags.includes(own) ? tags : [...tags, own], attributes };
}

/** The subject of a question about the user `id`; a decision on an unknown one is deny and says so. */
export async function findSubject(identity: IdentityStore, id: string): Promise<DecisionQuestion["subject"]> {
  const user = await identity.findUser(id);
  return user ? toSubject(user) : { unknownId: id };
}
