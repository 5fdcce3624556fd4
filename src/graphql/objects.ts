/** What policies decide on for things that have no store of their own to describe them. */
import type { Workspace } from "../control/ports.ts";
import type { ApiKeyInfo, User } from "../heimdall/ports.ts";
import type { AttributeValue, DecisionObject } from "../shared/decision.ts";
import { formatUrn } from "../shared/urn.ts";
import type { LivePolicy } from "./policy-lister.ts";

/** `urn:dataos:user:<id>`; tags `dataos:type:user`, `users:id:<id>`; attributes `id name userType` */
export function describeUser({ id, name, type }: Pick<User, "id" | "name" | "type">): DecisionObject {
  return describe("user", id, [`users:id:${id}`], { id, name, userType: type });
}

/** `urn:dataos:apikey:<id>`; tag `dataos:type:apikey`, the tag of its user; attributes `name userId`. */
export function describeApiKey({
  id,
  name,
  userId,
}: Pick<ApiKeyInfo, "name" | "userId"> & { readonly id?: string }): DecisionObject {
  return describe("apikey", id, [`users:id:${userId}`], { name, userId });
}

/** `urn:dataos:workspace:<name>`; tags `dataos:type:workspace`, `dataos:workspace:<name>`; attribute `name` */
export function describeWorkspace({ name }: Pick<Workspace, "name">): DecisionObject {
  return describe("workspace", name, [`dataos:workspace:${name}`], { name });
}

/** `urn:dataos:policy:<name>`; tag `dataos:type:policy`; attributes `name kind builtIn` */
export function describePolicy({ name, kind, builtIn }: LivePolicy): DecisionObject {
  return describe("policy", name, [], { name, kind, builtIn });
}

function describe(
  kind: string,
  id: string | undefined,
  tags: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>>,
): DecisionObject {
  return {
    type: kind,
    ...(id === undefined ? {} : { id }),
    paths: id === undefined ? [] : [formatUrn({ kind, scope: id })],
    tags: [`dataos:type:${kind}`, ...tags],
    attributes,
  };
}
