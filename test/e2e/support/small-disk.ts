import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir } from "../../support/temp-dir.ts";
import type { TestServer } from "./server.ts";

/** A place for a server's data that can be made full while the server runs. */
export interface SmallDisk {
  readonly dataDir: string;
  /** Leaves room for `bytes` more. */
  fill(server: TestServer, bytes: number): void;
  makeRoom(server: TestServer): void;
  remove(): void;
}

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** Whether this user may mount a file system. */
export function canMount(): boolean {
  using folder = createTempDir();
  return mountTmpfs(folder.path) && run("umount", folder.path);
}

function mountTmpfs(path: string): boolean {
  return run("mount", "-t", "tmpfs", "-o", "size=32m,mode=700", "tmpfs", path);
}

/** A file system of its own in memory. */
export function mountSmallDisk(): SmallDisk {
  const folder = createTempDir();
  if (!mountTmpfs(folder.path)) throw new Error("mount failed");
  const filler = join(folder.path, "filler");
  return {
    dataDir: join(folder.path, "data"),
    fill(_server, bytes) {
      const { bavail, bsize } = statfsSync(folder.path);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
    },
    makeRoom: () => rmSync(filler, { force: true }),
    remove() {
      run("umount", "-l", folder.path);
      folder.remove();
    },
  };
}

/** Whether there is `prlimit`. */
export function canLimitFileSizes(): boolean {
  return run("prlimit", "--version");
}

/** A limit on the size of the process's files, as a quota is. */
export function limitFileSizes(): SmallDisk {
  const folder = createTempDir();
  const limit = (server: TestServer, bytes: string): void => {
    if (!run("prlimit", `--pid=${server.child.pid}`, `--fsize=${bytes}:unlimited`)) throw new Error("prlimit failed");
  };
  return {
    dataDir: folder.path,
    fill(server, bytes) {
      const largest = Math.max(...readdirSync(folder.path).map((name) => statSync(join(folder.path, name)).size));
      limit(server, String(largest + bytes));
    },
    makeRoom: (server) => limit(server, "unlimited"),
    remove: () => folder.remove(),
  };
}
