// `npm run build`: dist/ anew from src/, for `npm pack`.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
// WHY: what was renamed or deleted in src/ must not be packed
rmSync(join(root, "dist"), { recursive: true, force: true });
const done = spawnSync(process.execPath, [join(root, "scripts", "run.mjs"), "tsc", "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = done.status ?? 1;
