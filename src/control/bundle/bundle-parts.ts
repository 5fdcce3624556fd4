import type { Secret } from "../../shared/secret.ts";
import { readBundleMembers, type SpecOf } from "../manifest/index.ts";
import { type ManifestDocument, type ResourceRef, workspaceTypes } from "../ports.ts";
import type { StoredResource } from "../stores.ts";

/** One resource of a bundle, as it is to be applied. */
export interface BundleMember {
  readonly id: string;
  readonly ref: ResourceRef;
  /** with its secret values */
  readonly document: ManifestDocument;
  readonly waitsFor: readonly WaitsFor[];
}

/** How another resource of the bundle must stand first. */
export interface WaitsFor {
  readonly id: string;
  readonly status: Words | undefined;
  readonly runtime: Words | undefined;
}

interface Words {
  readonly is?: readonly string[] | undefined;
  readonly contains?: readonly string[] | undefined;
}

/** The members of a bundle, each behind those that it waits for. @param values the bundle's own secret values, by dotted path */
export function readMembers(
  bundle: StoredResource,
  spec: SpecOf["bundle"],
  values: ReadonlyMap<string, Secret>,
): readonly BundleMember[] {
  const refs = new Map(readBundleMembers(spec).map(({ id, ref }) => [id, ref]));
  const written = (bundle.manifest.bundle as { readonly resources: readonly { readonly spec?: object }[] }).resources;
  const members = spec.resources.flatMap(({ id, dependencies = [], dependencyConditions = [] }, index) => {
    const ref = refs.get(id);
    if (!ref) return [];
    const manifest = withValues(written[index]?.spec, `bundle.resources.${index}.spec`, values) as object;
    const place = workspaceTypes.has(ref.type) ? { workspace: ref.workspace } : {};
    const told = new Set(dependencyConditions.map(({ resourceId }) => resourceId));
    const waitsFor = [
      // what is told in words counts; else it has to be active
      ...dependencies
        .filter((other) => !told.has(other))
        .map((other) => ({ id: other, status: { is: ["active"] }, runtime: undefined })),
      ...dependencyConditions.map(({ resourceId, status, runtime }) => ({
        id: resourceId,
        status: status ?? (runtime === undefined ? { is: ["active"] } : undefined),
        runtime,
      })),
    ];
    const text = JSON.stringify({ ...manifest, ...place });
    return [{ id, ref, document: { file: `bundle ${bundle.ref.name}, ${id}`, text }, waitsFor }];
  });
  return inOrder(members);
}

/** Whether a word is one of those that are waited for, in any letter case. */
export function matchesWords(words: Words | undefined, given: string): boolean {
  const word = given.toLowerCase();
  const is = words?.is?.some((one) => one.toLowerCase() === word) ?? true;
  return is && (words?.contains?.some((one) => word.includes(one.toLowerCase())) ?? true);
}

/** INVARIANT: the grammar refuses cycles. */
function inOrder(members: readonly BundleMember[]): readonly BundleMember[] {
  const placed = new Map<string, BundleMember>();
  const place = (member: BundleMember): void => {
    if (placed.has(member.id)) return;
    for (const { id } of member.waitsFor) {
      const other = members.find((one) => one.id === id);
      if (other) place(other);
    }
    placed.set(member.id, member);
  };
  for (const member of members) place(member);
  return [...placed.values()];
}

function withValues(value: unknown, path: string, values: ReadonlyMap<string, Secret>): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withValues(item, `${path}.${index}`, values));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, withValues(item, `${path}.${key}`, values)]),
    );
  return values.get(path)?.reveal() ?? value;
}
