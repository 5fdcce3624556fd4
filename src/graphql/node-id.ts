import type { ResourceRef, ResourceType } from "../control/ports.ts";
import { resourceTypes } from "../control/ports.ts";
import { NotFoundError } from "../shared/errors.ts";

/** What an opaque id of the API stands for. */
export type NodeRef =
  | { readonly kind: "entity"; readonly id: string }
  | { readonly kind: "resource"; readonly ref: ResourceRef; readonly uid: string }
  | { readonly kind: "run"; readonly id: string }
  | { readonly kind: "incident"; readonly id: string };

const maxLength = 1_024;

/** `ent_<id>` */
export function entityNodeId(id: string): string {
  return `ent_${id}`;
}

/** `run_<id>` */
export function runNodeId(id: string): string {
  return `run_${id}`;
}

/** `inc_<id>` */
export function incidentNodeId(id: string): string {
  return `inc_${id}`;
}

/** `res_<type, workspace, name, uid>`: the place to look at, and which of those that were ever there. */
export function resourceNodeId(ref: ResourceRef, uid: string): string {
  return `res_${Buffer.from(JSON.stringify([ref.type, ref.workspace ?? null, ref.name, uid])).toString("base64url")}`;
}

/** Reads an id that the functions above made; `undefined` for anything else. */
export function readNodeId(id: string): NodeRef | undefined {
  if (id.length > maxLength) return undefined;
  const match = /^(ent|run|res|inc)_([\w-]+)$/.exec(id);
  const [, prefix, rest = ""] = match ?? [];
  if (prefix === "ent") return { kind: "entity", id: rest };
  if (prefix === "run") return { kind: "run", id: rest };
  if (prefix === "inc") return { kind: "incident", id: rest };
  return prefix === "res" ? readResource(rest) : undefined;
}

/** @throws {NotFoundError} not the id of a run */
export function parseRunId(id: string): string {
  const ref = readNodeId(id);
  if (ref?.kind === "run") return ref.id;
  throw new NotFoundError(`no run \`${id.slice(0, 100)}\`; \`runs\` lists those there are`);
}

/** @throws {NotFoundError} not the id of an incident */
export function parseIncidentId(id: string): string {
  const ref = readNodeId(id);
  if (ref?.kind === "incident") return ref.id;
  throw new NotFoundError(`no incident \`${id.slice(0, 100)}\`; \`incidents\` lists those there are`);
}

function readResource(text: string): NodeRef | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (!Array.isArray(parts)) return undefined;
    const [type, workspace, name, uid] = parts as readonly unknown[];
    if (!isResourceType(type) || typeof name !== "string" || typeof uid !== "string") return undefined;
    if (workspace !== null && typeof workspace !== "string") return undefined;
    return { kind: "resource", ref: { type, name, workspace: workspace ?? undefined }, uid };
  } catch {
    return undefined;
  }
}

/** Whether `text` names a type of resource. */
export function isResourceType(text: unknown): text is ResourceType {
  return (resourceTypes as readonly unknown[]).includes(text);
}
