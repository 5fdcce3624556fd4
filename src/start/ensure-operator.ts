import { recordChange } from "../heimdall/audit/index.ts";
import type { AuditLog, IdentityStore } from "../heimdall/ports.ts";
import type { Secret } from "../shared/secret.ts";

const operatorId = "operator";

/** Makes the operator and the first key; gives the key when it was not given to us. */
export async function ensureOperator(
  identity: IdentityStore,
  audit: AuditLog,
  given: Secret | undefined,
): Promise<Secret | undefined> {
  if ((await identity.findUser(operatorId)) === undefined) {
    const change = { actor: "server", action: "user.create", object: [`urn:dataos:user:${operatorId}`] };
    await recordChange(audit, change, () =>
      identity.putUser({
        id: operatorId,
        name: "Operator",
        type: "person",
        email: undefined,
        tags: ["roles:id:operator"],
        attributes: {},
      }),
    );
  }
  if (given) {
    const isKnown = await identity.authenticate(given).then(
      () => true,
      () => false,
    );
    if (isKnown) return undefined;
  } else if ((await identity.listApiKeys(operatorId)).length > 0) return undefined;
  const { key } = await recordChange(
    audit,
    { actor: "server", action: "apikey.create", object: [`urn:dataos:user:${operatorId}`] },
    () =>
      identity.createApiKey({
        userId: operatorId,
        name: "bootstrap",
        ttlSeconds: undefined,
        ...(given && { given }),
      }),
    ({ info }) => ({ object: [`urn:dataos:apikey:${info.id}`] }),
  );
  return given ? undefined : key;
}
