import { BadInputError, ConflictError, NotFoundError, StorageFullError } from "../../shared/errors.ts";
import { nameOf } from "../describe.ts";
import { parseMemoryBytes, readStoredSpec, type VolumeUse } from "../manifest/index.ts";
import type { MountedVolumes } from "../needs.ts";
import type { ResourceStore, StoredResource } from "../stores.ts";
import { splitInside, type VolumeFolders } from "./volume-folders.ts";

/** Hands volumes to what runs. */
export interface VolumeMounts {
  /**
   * @throws {NotFoundError} one is not there
   * @throws {StorageFullError} one holds more than its size
   * @throws {ConflictError} one is for a single user, and has one
   * @throws {BadInputError} it is asked for in a way that cannot be kept
   */
  mount(uses: readonly VolumeUse[], workspace: string): Promise<MountedVolumes & { release(): void }>;
}

export function createVolumeMounts(
  resources: Pick<ResourceStore, "find">,
  folders: VolumeFolders | undefined,
): VolumeMounts {
  /** volumes for a single user that have one in this process */
  const taken = new Set<string>();
  return {
    async mount(uses, workspace) {
      const own: string[] = [];
      const volumes: MountedVolumes["volumes"][number][] = [];
      const limits: { readonly volume: StoredResource; readonly maxBytes: number }[] = [];
      const release = (): void => {
        for (const uid of own.splice(0)) taken.delete(uid);
      };
      const findOver = async (): Promise<string | undefined> => {
        for (const { volume, maxBytes } of limits) {
          const bytes = await folders?.readUsage(volume.uid);
          if (bytes === undefined || bytes > maxBytes) return describeOver(volume, bytes, maxBytes);
        }
        return undefined;
      };
      try {
        for (const { name, directory, subPath, readOnly } of uses) {
          const volume = await resources.find({ type: "volume", name, workspace });
          if (!volume || volume.phase === "Terminating" || !folders)
            throw new NotFoundError(`there is no volume \`${workspace}/${name}\`; apply it`);
          const { accessMode, size } = readStoredSpec("volume", volume.version, volume.manifest);
          if (readOnly || accessMode === "ReadOnlyMany")
            throw new BadInputError(
              `${nameOf(volume.ref)} cannot be kept from being written to here; leave \`readOnly\` out, or take another \`accessMode\``,
            );
          if (accessMode === "ReadWriteOnce" && !own.includes(volume.uid)) {
            if (taken.has(volume.uid))
              throw new ConflictError(`${nameOf(volume.ref)} is used by one already (ReadWriteOnce)`);
            taken.add(volume.uid);
            own.push(volume.uid);
          }
          await folders.ensure(volume.uid);
          limits.push({ volume, maxBytes: parseMemoryBytes(size) ?? 0 });
          const parts = splitInside(directory ?? name, "directory");
          volumes.push({ name, directory: parts, path: await folders.open(volume.uid, subPath) });
        }
        const over = await findOver();
        if (over !== undefined) throw new StorageFullError(over);
        return { volumes, findOver, release };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

/** `bytes` undefined: too many files to count. */
export function describeOver(volume: StoredResource, bytes: number | undefined, maxBytes: number): string {
  const held = bytes === undefined ? "too many files to count" : `${bytes} bytes`;
  return `${nameOf(volume.ref)} holds ${held}, and its size is ${maxBytes}; delete something in it, or give it a larger \`size\``;
}
