import type { IdentityStore } from "../../heimdall/ports.ts";
import type { Attributes } from "../../shared/decision.ts";
import { NotFoundError } from "../../shared/errors.ts";
import { readyOf } from "../describe.ts";
import { readStoredSpec } from "../manifest/index.ts";
import type { StoredResource } from "../stores.ts";
import { active, nothingAlongside, type Reconciler } from "./types.ts";

/**
 * Users, as manifests tell them. Each generation is written once: a role that somebody took away afterwards does not come
 * back by itself (docs/adr/0050).
 */
export function createUserReconciler(identity: IdentityStore): Reconciler {
  return {
    isLocal: true,
    async reconcile(resource) {
      const { ref, version, manifest } = resource;
      const done = active(`known as \`users:id:${ref.name}\``);
      if (isWritten(resource)) return done;
      const { type, name, email, tags, attributes } = readStoredSpec("user", version, manifest);
      await identity.putUser({
        id: ref.name,
        name: name ?? ref.name,
        type,
        email,
        tags: tags ?? [],
        attributes: (attributes ?? {}) as Attributes,
      });
      return done;
    },
    async finalize({ ref }) {
      await ignoreAbsent(identity.deleteUser(ref.name));
      return nothingAlongside;
    },
  };
}

/** Roles, as manifests tell them. */
export function createRoleReconciler(identity: IdentityStore): Reconciler {
  return {
    isLocal: true,
    async reconcile({ ref, version, manifest, description }) {
      const spec = readStoredSpec("role", version, manifest);
      await identity.putRole({
        id: ref.name,
        name: spec.name ?? ref.name,
        description: spec.description ?? description,
      });
      return active(`held with the tag \`roles:id:${ref.name}\``);
    },
    async finalize({ ref }) {
      await ignoreAbsent(identity.deleteRole(ref.name));
      return nothingAlongside;
    },
  };
}

/** Whether this generation was written already. */
export function isWritten({ generation, observedGeneration, conditions }: StoredResource): boolean {
  return generation === observedGeneration && readyOf(conditions)?.status === "True";
}

async function ignoreAbsent(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}
