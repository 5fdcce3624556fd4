import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const open = new Set<string>();
process.on("exit", () => {
  for (const path of open) rmSync(path, { recursive: true, force: true });
});

/** A new empty folder outside the checkout; removed by `remove`, at the end of a `using` block, or with the process. */
export function createTempDir(): Disposable & { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "dataos-test-"));
  open.add(path);
  const remove = () => {
    rmSync(path, { recursive: true, force: true });
    open.delete(path);
  };
  return { path, remove, [Symbol.dispose]: remove };
}
