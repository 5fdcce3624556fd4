import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../../../shared/clock.ts";
import { type DataOsError, StorageFullError } from "../../../shared/errors.ts";
import type { MountedVolumes } from "../../needs.ts";

const lookEveryMs = 5000;

/** Puts volumes into a program's folder, each where its `directory` says; gives the variables that tell where they are. */
export async function placeVolumes(
  { volumes }: MountedVolumes,
  cwd: string,
): Promise<Readonly<Record<string, string>>> {
  const variables: Record<string, string> = {};
  for (const { name, directory, path } of volumes) {
    if (directory.length > 0) {
      const place = join(cwd, ...directory);
      await mkdir(dirname(place), { recursive: true, mode: 0o700 });
      await symlink(path, place);
    }
    variables[`DATAOS_VOLUME_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`] = path;
  }
  return variables;
}

/** Looks from time to time whether a volume holds more than it may; gives what stops it. */
export function watchVolumes(
  { volumes, findOver }: MountedVolumes,
  clock: Clock,
  onOver: (error: DataOsError) => void,
): () => void {
  let isStopped = false;
  let cancel = (): void => {};
  const look = (): void => {
    cancel = clock.schedule(lookEveryMs, () => {
      findOver().then(
        (over) => {
          if (isStopped) return;
          if (over === undefined) look();
          else onOver(new StorageFullError(over));
        },
        () => isStopped || look(),
      );
    });
  };
  if (volumes.length > 0) look();
  return () => {
    isStopped = true;
    cancel();
  };
}
