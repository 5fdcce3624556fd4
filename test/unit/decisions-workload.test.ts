import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorkload, decidingRules } from "../bench/decisions-workload.ts";
import { createTempDir } from "../support/temp-dir.ts";

// the workload as it is handed round, with the answers that are expected of every engine
const script = join(import.meta.dirname, "../../../shared/bench/decisions-workload.mjs");
const isThere = existsSync(script);

describe.skipIf(!isThere)(`the workload of decisions${isThere ? "" : " (../shared/bench is absent)"}`, () => {
  const dir = createTempDir();
  beforeAll(() => {
    execFileSync(process.execPath, [script], { cwd: dir.path, stdio: "ignore" });
  });
  afterAll(() => dir.remove());
  const read = (name: string): string => readFileSync(join(dir.path, "data", `${name}.json`), "utf8");

  for (const ruleCount of [100, 1_000, 10_000]) {
    it(`has the users, rules, requests and answers that are handed round, byte by byte, at ${ruleCount} rules`, () => {
      const workload = createWorkload(ruleCount);
      const answers = decidingRules(workload).map(({ effect }) => (effect === "allow" ? 1 : 0));
      const isSame = {
        users: JSON.stringify(workload.users) === read("users"),
        rules: JSON.stringify(workload.rules) === read(`rules_${ruleCount}`),
        requests: JSON.stringify(workload.requests) === read(`requests_${ruleCount}`),
        expected: JSON.stringify(answers) === read(`expected_${ruleCount}`),
      };
      expect(isSame).toEqual({ users: true, rules: true, requests: true, expected: true });
    });
  }
});
