// `npm run test:engines`: the contract, integration and end-to-end suites against the real engines. A missing engine is a failure.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const needed = ["TEST_POSTGRES_URL", "TEST_ELASTICSEARCH_URL", "TEST_NEO4J_URL"];
const missing = needed.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(
    `not set: ${missing.join(", ")}. Start the engines with \`test/engines/all.sh start\`, then \`eval "$(test/engines/all.sh env)"\``,
  );
  process.exit(1);
}
const done = spawnSync(
  process.execPath,
  ["scripts/run.mjs", "vitest", "run", "test/contract", "test/integration", "test/e2e", ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
process.exit(done.status ?? 1);
