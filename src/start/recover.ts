import { userInfo } from "node:os";
import { join } from "node:path";
import { createResourcePolicySource, createStateControlStores, disablePolicy } from "../control/index.ts";
import { acquireFileLock } from "../drivers/sqlite/index.ts";
import { loadBuiltInPolicies } from "../heimdall/adapters/file/index.ts";
import { compilePolicies } from "../heimdall/policy/index.ts";
import { systemClock } from "../shared/clock.ts";
import type { Config } from "../shared/config.ts";
import { formatProblem } from "../shared/errors.ts";
import { createIdSource } from "../shared/ids.ts";
import type { Logger } from "../shared/logger.ts";
import { openCore } from "./open-core.ts";

/**
 * Break-glass, on the machine of a server that is stopped: says what is wrong with the stored policies, and takes those out that are
 * named (`docs/adr/0013-policies-that-do-not-compile-never-become-live.md`).
 * @param builtInPolicies their folder
 */
export async function recover(
  config: Config,
  logger: Logger,
  named: readonly string[],
  builtInPolicies: string,
): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  const lock = acquireFileLock(join(config.dataDir, "server.lock"), `the data directory \`${config.dataDir}\``);
  stops.push(async () => lock.release());
  try {
    const { state, audit } = await openCore(config, logger, stops);
    const { resources, grants } = createStateControlStores(state, {
      clock: systemClock,
      ids: createIdSource(systemClock),
    });
    for (const name of named) {
      const manifest = await disablePolicy({ resources, audit }, name, `machine:${userInfo().username}`);
      process.stdout.write(`# ${name} decides no more; mend it and apply it again\n${manifest}---\n`);
    }
    const builtIn = await loadBuiltInPolicies(builtInPolicies);
    const stored = await createResourcePolicySource(resources, grants).load();
    const { problems } = compilePolicies([...builtIn, ...stored]);
    for (const problem of problems) {
      const { file, line, column } = problem.at ?? { file: "", line: 0, column: 0 };
      const inFile = stored.filter((document) => document.file === file);
      const atPlace = inFile.filter(({ positions }) =>
        positions.values().some((place) => place.line === line && place.column === column),
      );
      const names = (atPlace.length > 0 ? atPlace : inFile).map(({ kind, name }) => `${kind}/${name}`).join(" or ");
      process.stdout.write(`# ${names}: ${formatProblem(problem)}\n`);
    }
    process.stdout.write(
      problems.length === 0
        ? "# the stored policies compile\n"
        : "# the stored policies do not compile; take one out with `recover TYPE/NAME`, e.g. `recover policy/my-policy`\n",
    );
  } finally {
    for (const undo of stops.reverse()) await undo();
  }
}
