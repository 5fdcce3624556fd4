import { recordChange } from "../../heimdall/audit/index.ts";
import type { AuditLog, Authorizer, CallContext, IdentityStore } from "../../heimdall/ports.ts";
import type { DecisionObject } from "../../shared/decision.ts";
import { ForbiddenError } from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";

/** An API key for as long as a job takes. */
export interface JobKey {
  readonly key: Secret;
  /** Makes it worthless. Idempotent. */
  giveBack(): Promise<void>;
}

/**
 * Makes a key of the user whom the first of `calls` is about; all of `calls` must be allowed to make it.
 * @throws {ForbiddenError} one of them may not, or does not hold what the user holds
 */
export type LendKey = (
  calls: readonly CallContext[],
  job: { readonly name: string; readonly ttlSeconds: number },
) => Promise<JobKey>;

/** Keys for jobs, decided and on record like those that people make. */
export function createJobKeys({
  authorizer,
  identity,
  audit,
}: {
  readonly authorizer: Pick<Authorizer, "authorize" | "check">;
  readonly identity: Pick<IdentityStore, "createApiKey" | "revokeApiKey">;
  readonly audit: Pick<AuditLog, "append">;
}): LendKey {
  return async (calls, { name, ttlSeconds }) => {
    const [first, ...others] = calls;
    if (!first) throw new TypeError("a job runs in nobody's name");
    const userId = first.subject.id;
    const object: DecisionObject = {
      ...{ type: "apikey", paths: [], tags: ["dataos:type:apikey", `users:id:${userId}`] },
      attributes: { name, userId },
    };
    const auth = await authorizer.authorize(first, "apikey.create", object);
    for (const other of others) {
      await authorizer.authorize(other, "apikey.create", object);
      refuseUnheld(other, first);
    }
    const change = {
      ...{ actor: userId, action: "apikey.create", object: [`urn:dataos:user:${userId}`] },
      ...{ decisionId: auth.decisionId, policyVersion: auth.policyVersion, requestId: first.requestId },
      details: { name },
    };
    const { info, key } = await recordChange(audit, change, () => identity.createApiKey({ userId, name, ttlSeconds }));
    return {
      key,
      async giveBack() {
        const { decisionId, policyVersion, ...about } = change;
        await recordChange(audit, { ...about, action: "apikey.revoke" }, () => identity.revokeApiKey(info.id));
      },
    };
  };

  /** SECURITY: whoever uses a key of a user can do all that the user can, which is more than "both may". */
  function refuseUnheld(other: CallContext, { subject }: CallContext): void {
    const object = {
      type: "user",
      id: subject.id,
      paths: [`urn:dataos:user:${subject.id}`],
      tags: ["dataos:type:user"],
    };
    const unheld = subject.tags.filter(
      (tag) =>
        tag !== `users:id:${subject.id}` &&
        !other.subject.tags.includes(tag) &&
        !authorizer.check(other, "escalate", {
          ...object,
          tags: [...object.tags, `users:id:${subject.id}`, tag],
          attributes: {},
        }),
    );
    if (unheld.length === 0) return;
    throw new ForbiddenError(
      `\`${other.subject.id}\` does not hold ${unheld.map((tag) => `\`${tag}\``).join(", ")}, so a job of the stack \`cli\` may not use a key of \`${subject.id}\`; run it as yourself, or ask somebody who holds them to apply it`,
    );
  }
}
