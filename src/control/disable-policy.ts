import { recordChange } from "../heimdall/audit/index.ts";
import type { AuditLog } from "../heimdall/ports.ts";
import { BadInputError, NotFoundError } from "../shared/errors.ts";
import { nameOf, resourceUrn } from "./describe.ts";
import { toYaml } from "./diff.ts";
import { isPolicyType, policyTypes } from "./policy-documents.ts";
import { nothingAlongside } from "./reconcile/types.ts";
import type { ResourceStore } from "./stores.ts";

/**
 * Takes a stored policy, grant, provider or use-case out of what decides, by nobody's leave but that of whoever has the machine: for
 * stored policies that do not compile or let nobody in. It ends as if it were deleted, and keeps its history.
 *
 * @param given `<type>/<name>` @param by who does it, for the record
 * @returns its manifest as YAML, so that it can be mended and applied again
 * @throws {BadInputError} `given` is no such name @throws {NotFoundError} @throws {AuditUnavailableError} nothing was changed
 */
export async function disablePolicy(
  {
    resources,
    audit,
  }: {
    readonly resources: Pick<ResourceStore, "find" | "commit">;
    readonly audit: Pick<AuditLog, "append">;
  },
  given: string,
  by: string,
): Promise<string> {
  const [type = "", name = "", ...more] = given.split("/");
  if (!isPolicyType(type) || name === "" || more.length > 0) {
    throw new BadInputError(
      `\`${given.slice(0, 100)}\` names no stored policy; expected ${policyTypes.map((one) => `\`${one}/NAME\``).join(", ")}`,
    );
  }
  const ref = { type, name, workspace: undefined };
  const stored = await resources.find(ref);
  if (!stored || stored.phase === "Terminating") throw new NotFoundError(`there is no stored ${nameOf(ref)}`);
  const change = {
    actor: by,
    action: "policy.disable",
    object: [resourceUrn(ref)],
    details: { reason: "break-glass", generation: stored.generation, specHash: stored.specHash },
  };
  await recordChange(audit, change, () =>
    resources.commit([], nothingAlongside, [
      {
        uid: stored.uid,
        ref,
        fromGeneration: stored.generation,
        // WHY: what is locked out must be mendable, whatever else it breaks
        force: true,
        event: { type: "Warning", reason: "Terminating", message: `disabled by \`${by}\` on the machine` },
      },
    ]),
  );
  return toYaml(stored.manifest);
}
