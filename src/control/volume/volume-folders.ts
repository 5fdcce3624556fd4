import { lstat, mkdir, opendir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { BadInputError } from "../../shared/errors.ts";

/** Folders of volumes, below one folder of the server. Links in them are not followed. */
export interface VolumeFolders {
  /** Makes the folder of a volume, where it is not there. */
  ensure(uid: string): Promise<void>;
  /** Bytes of all files; `undefined`: too many files to count. */
  readUsage(uid: string, signal?: AbortSignal): Promise<number | undefined>;
  /** Path of the volume, or of a folder in it, which is made. @throws {BadInputError} `subPath` leads out of it */
  open(uid: string, subPath: string | undefined): Promise<string>;
  /** Deletes it with all that is in it. Idempotent. */
  remove(uid: string): Promise<void>;
}

const maxEntries = 1_000_000;

export function createVolumeFolders(root: string): VolumeFolders {
  // SECURITY: the uid is the server's own, no part of a manifest gets into a path
  const pathOf = (uid: string): string => join(root, uid);
  return {
    async ensure(uid) {
      await mkdir(pathOf(uid), { recursive: true, mode: 0o700 });
    },

    async readUsage(uid, signal) {
      let bytes = 0;
      let entries = 0;
      const folders = [pathOf(uid)];
      for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
        signal?.throwIfAborted();
        for await (const entry of await opendir(folder).catch(() => [])) {
          if (++entries > maxEntries) return undefined;
          const path = join(folder, entry.name);
          if (entry.isDirectory()) folders.push(path);
          else
            bytes += await lstat(path).then(
              ({ size }) => size,
              () => 0,
            );
        }
      }
      return bytes;
    },

    async open(uid, subPath) {
      let path = pathOf(uid);
      for (const part of splitInside(subPath ?? "", "subPath")) {
        path = join(path, part);
        await mkdir(path, { mode: 0o700 }).catch(() => {});
        // SECURITY: what runs in a volume may put links there, which lead anywhere
        const found = await lstat(path).catch(() => undefined);
        if (!found?.isDirectory())
          throw new BadInputError(
            `\`subPath: ${subPath?.slice(0, 200)}\` is no folder of the volume; name another one`,
          );
      }
      return path;
    },

    async remove(uid) {
      // WHY: what is gone half is not found again under its name
      const leaving = join(root, `.leaving-${uid}`);
      await rename(pathOf(uid), leaving).catch(() => {});
      await rm(leaving, { recursive: true, force: true });
    },
  };
}

/** The parts of a relative path that stays inside. @throws {BadInputError} */
export function splitInside(path: string, key: string): readonly string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.startsWith("/") || path.includes("\0") || parts.includes("..") || parts.length > 20)
    throw new BadInputError(
      `\`${key}: ${path.slice(0, 200)}\` leads out of its folder; expected a relative path such as \`data/in\``,
    );
  return parts;
}
