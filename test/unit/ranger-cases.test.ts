import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { Decision } from "../../src/shared/decision.ts";
import { convertPolicies, convertRequest, type RangerFile, type RangerTest } from "../support/ranger.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = `${root}../shared/data/policies/ranger/`;
const names = ["hdfs", "hive", "hive_mask_filter", "tag_hive"];
const context = { time: Date.parse("2026-01-01T00:00:00Z") };

/** The cases of a file: those that have an equal here, and the others by reason. */
function convert(name: string) {
  const file = JSON.parse(readFileSync(`${folder}test_policyengine_${name}.json`, "utf8")) as RangerFile;
  const { documents, unconverted } = convertPolicies(file);
  const { policies, problems } = compilePolicies(documents);
  const either = compilePolicies([...documents, ...unconverted.map(({ document }) => document)]);
  const parts = unconverted.map(({ reason, document }) => ({ reason, ...compilePolicies([document]) }));
  const cases: { test: RangerTest; decide(): Decision }[] = [];
  const reasons = new Map<string, string[]>();
  for (const test of file.tests) {
    const question = convertRequest(test);
    if (typeof question === "string") {
      const reason = `the request ${question}`;
      reasons.set(reason, [...(reasons.get(reason) ?? []), test.name]);
      continue;
    }
    const asked = { ...question, context };
    const request = { ...asked, object: { ...asked.object, ...tableOf(test) } };
    const meets = ({ policies: part }: (typeof parts)[number]): boolean => {
      const [rule] = part.rules;
      const { effect, because } = part.decide(asked);
      return rule !== undefined && (effect === "allow" || because.length > 0);
    };
    const isSame = !test.dataMaskResult && policies.decide(request).effect === either.policies.decide(request).effect;
    const reason = isSame ? undefined : parts.find(meets)?.reason;
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), test.name]);
    else cases.push({ test, decide: () => policies.decide(request) });
  }
  return {
    total: file.tests.length,
    cases,
    reasons,
    problems: [...problems, ...either.problems],
  };
}

/** Masks and filters are decided for the table, with the column that is asked for. */
function tableOf({ request, dataMaskResult, rowFilterResult }: RangerTest) {
  if (!dataMaskResult && !rowFilterResult) return {};
  const { database, table, column } = request.resource.elements ?? {};
  const columns = column === undefined ? [] : [{ name: String(column), dataType: "text", tags: [] }];
  return { columns, paths: [`dataos://hive:${database}/${table}`] };
}

if (!existsSync(folder)) {
  describe.skip("Ranger's cases (../shared/data/policies/ranger is absent)", () => {
    it("pass as far as they convert", () => {});
  });
} else {
  const files = names.map((name) => ({ name, ...convert(name) }));
  for (const { name, cases, problems } of files) {
    describe(`Ranger's cases: ${name}`, () => {
      it("become policies without a fault", () => expect(problems).toEqual([]));
      it.each(cases.map((one) => [one.test.name, one] as const))("%s", (_, { test, decide }) => {
        const decision = decide();
        if (test.result) expect(decision.effect).toBe(test.result.isAllowed ? "allow" : "deny");
        if (test.dataMaskResult) {
          const wanted = test.dataMaskResult.additionalInfo.maskType === null ? [] : ["redact"];
          expect([...decision.obligations.masks.values()].map(({ operator }) => operator)).toEqual(wanted);
        }
        if (test.rowFilterResult) {
          const clauses = decision.obligations.rowFilter?.all.flatMap(({ comparisons }) => comparisons) ?? [];
          const text = clauses.map(({ column, value }) => `${column}='${String(value)}'`).join(" and ");
          expect(text || null).toBe(test.rowFilterResult.additionalInfo.filterExpr);
        }
      });
    });
  }

  it("docs/ranger-cases.md tells the share that converts, and why the rest does not", () => {
    const rows = files.map(
      ({ name, total, cases }) =>
        `| ${name} | ${total} | ${cases.length} | ${Math.round((100 * cases.length) / total)} % |`,
    );
    const lost = files.flatMap(({ name, reasons }) =>
      [...reasons].sort().map(([reason, tests]) => `| ${name} | ${tests.length} | ${reason} |`),
    );
    const page = readFileSync(`${root}docs/ranger-cases.md`, "utf8");
    const tableRows = page.split("\n").filter((line) => /^\| (hdfs|hive|hive_mask_filter|tag_hive) /.test(line));
    expect(tableRows).toEqual([...rows, ...lost]);
  });
}
