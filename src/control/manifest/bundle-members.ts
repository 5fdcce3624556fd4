import { type ResourceRef, type ResourceType, resourceTypes, workspaceTypes } from "../ports.ts";
import { withoutNulls } from "./nulls.ts";
import type { BundleSection } from "./types/bundle.ts";
import { grammars, type SpecOf, versionsOf } from "./types/index.ts";

/** A resource of a bundle whose manifest stands in it. */
export interface BundleMember {
  /** what others in the bundle name it by */
  readonly id: string;
  readonly ref: ResourceRef;
  readonly version: string;
  readonly spec: SpecOf[ResourceType];
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** The resources of a bundle whose manifests stand in it, in order; those of files and faulty ones are left out. */
export function readBundleMembers({ resources }: BundleSection): readonly BundleMember[] {
  return resources.flatMap(({ id, workspace, spec: given }) => {
    const manifest = withoutNulls(given ?? {}) as Readonly<Record<string, unknown>>;
    const { type, name } = manifest;
    if (!isResourceType(type) || typeof name !== "string") return [];
    const version = typeof manifest.version === "string" ? manifest.version : versionsOf(type)[0];
    const { spec, faults } = grammars[type].read(manifest[type], version);
    if (spec === undefined || faults.length > 0) return [];
    const place = typeof manifest.workspace === "string" ? manifest.workspace : (workspace ?? "public");
    const ref = { type, name, workspace: workspaceTypes.has(type) ? place : undefined };
    return [{ id, ref, version, spec, manifest }];
  });
}

function isResourceType(type: unknown): type is ResourceType {
  return (resourceTypes as readonly unknown[]).includes(type);
}
