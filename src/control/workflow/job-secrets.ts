import type { Authorizer, CallContext } from "../../heimdall/ports.ts";
import { ForbiddenError, NotFoundError } from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";
import { secretRefOf } from "../connections.ts";
import { nameOf } from "../describe.ts";
import type { SecretUse } from "../manifest/index.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { ResourceStore, StoredResource } from "../stores.ts";

/** Reads what a job's secrets hold, by entry: of several with the same entry, the later one. */
export type ReadJobSecrets = (
  uses: readonly SecretUse[],
  job: { readonly calls: readonly CallContext[]; readonly workspace: string; readonly purpose: string },
) => Promise<ReadonlyMap<string, Secret>>;

export function createJobSecrets({
  resources,
  secrets,
  authorizer,
}: {
  readonly resources: Pick<ResourceStore, "find">;
  readonly secrets: SecretStore;
  readonly authorizer: Pick<Authorizer, "check">;
}): ReadJobSecrets {
  return async (uses, { calls, workspace, purpose }) => {
    const found = new Map<string, Secret>();
    for (const use of uses) {
      const secret = await find(use, workspace);
      // SECURITY: a job reads them for whoever it runs as, and sends them anywhere
      const refused = calls.find((call) => !authorizer.check(call, "read", secret.object));
      if (refused)
        throw new ForbiddenError(`\`${refused.subject.id}\` may not read ${nameOf(secret.ref)}, which the job names`);
      const { values } = await secrets.get(secretRefOf(secret.ref), purpose);
      for (const [path, value] of values) {
        const entry = path.split(".").slice(2).join(".");
        if (use.keys === undefined || use.keys.includes(entry)) found.set(entry, value);
      }
      const missing = use.keys?.find((key) => !found.has(key));
      if (missing !== undefined) throw new NotFoundError(`${nameOf(secret.ref)} has no entry \`${missing}\``);
    }
    return found;
  };

  async function find({ name, workspace }: SecretUse, own: string): Promise<StoredResource> {
    const secret = await resources.find({ type: "secret", name, workspace: workspace ?? own });
    if (!secret || secret.phase === "Terminating")
      throw new NotFoundError(`there is no secret \`${workspace ?? own}/${name}\`, which the job names; apply it`);
    return secret;
  }
}
