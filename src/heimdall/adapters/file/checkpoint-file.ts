import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { type Checkpoint, canonicalJson } from "../../audit/index.ts";
import type { CheckpointWitness } from "../state/audit-checkpoints.ts";

/** Keeps the newest checkpoint in the file `path` (mode 0600), replaced in one step. */
export function createCheckpointFile(path: string): CheckpointWitness {
  return {
    async keep(checkpoint) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(`${path}.new`, "w", 0o600);
      try {
        await file.writeFile(`${canonicalJson(checkpoint)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
    },
    async read() {
      try {
        return JSON.parse(await readFile(path, "utf8")) as Checkpoint;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
  };
}
