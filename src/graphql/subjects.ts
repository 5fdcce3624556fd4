import type { DecisionQuestion, IdentityStore, User } from "../heimdall/ports.ts";
import type { Subject } from "../shared/decision.ts";

const subjects = new WeakMap<User, Subject>();

/**
 * The user as decisions see it: its tags and `users:id:<id>`, its attributes and `email`, where it has one. The same value for the
 * same user.
 */
export function toSubject(user: User): Subject {
  let subject = subjects.get(user);
  if (!subject) {
    const { id, type, tags, email } = user;
    // SECURITY: the address that logins go by wins over an attribute that happens to have its name
    const attributes = email === undefined ? user.attributes : { ...user.attributes, email };
    const own = `users:id:${id}`;
    subject = { id, type, tags: tags.includes(own) ? tags : [...tags, own], attributes };
    subjects.set(user, subject);
  }
  return subject;
}

/** The subject of a question about the user `id`; a decision on an unknown one is deny and says so. */
export async function findSubject(identity: IdentityStore, id: string): Promise<DecisionQuestion["subject"]> {
  const user = await identity.findUser(id);
  return user ? toSubject(user) : { unknownId: id };
}
