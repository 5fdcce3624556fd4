import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseManifests } from "../../src/control/manifest/index.ts";
import { formatProblem } from "../../src/shared/errors.ts";

const folder = join(import.meta.dirname, "../../../shared/data/manifests");
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".yaml")) : [];

/** What these files say wrong; all others of our types are taken. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  "depot_depotsecret_72e6e9.yaml": [
    "19:5: unknown key `external` in `depot.snowflake` (allowed: `warehouse`, `url`, `database`, `account`, `role`, `params`)",
  ],
  "depot_postgresdepot_5275ce.yaml": ["9:3: `depot`: the location is missing; expected `postgresql: {…}`"],
  "secret_s3-pos-rw_5dde04.yaml": [
    "11:5: `secret.data` is text; expected a mapping",
    "17:7: `name` is missing; expected text",
    "25:13: `depot.spec.bucket` is missing; expected text",
  ],
  "workflow_retail-postgres-prod_f95266.yaml": [
    "12:1: unknown key `title` (allowed: `name`, `version`, `type`, `tags`, `description`, `owner`, `layer`, `workspace`, `workflow`)",
  ],
  "workflow_scan-data-product-dp_3b9776.yaml": [
    "21:17: `workflow.dag.0.spec.stackSpec.type`: scans of type `data-product` are not supported yet; expected `depot: <name>`",
  ],
  "workflow_wf-event-360-data-product-scanner_3605f9.yaml": [
    "20:17: `workflow.dag.0.spec.stackSpec.type`: scans of type `semantic-model` are not supported yet; expected `depot: <name>`",
  ],
};
/** These are refused for several reasons; the first is told here. */
const firstRefusals: Readonly<Record<string, string>> = {
  "depot_type_7f4944.yaml": "5:7: `name` is missing; expected text",
  "workflow_wf-vendor-insights_cf0eb2.yaml": "17:12: `workflow.dag.0.spec` is missing; expected a mapping",
};
const ours = /^(?:depot|instance-secret|secret|policy|workflow|compute|gov-grant|gov-usecase)_/;

const suite = files.length > 0 ? describe : describe.skip;
suite(`the documentation's manifests${files.length > 0 ? "" : " (../shared/data/manifests is absent)"}`, () => {
  it.each(files.filter((file) => ours.test(file)))("%s is read, or refused with the right reason", (file) => {
    const problems = read(file);
    const first = firstRefusals[file];
    if (first === undefined) expect(problems).toEqual(refusals[file] ?? []);
    else expect(problems[0]).toBe(first);
  });

  it.each(files.filter((file) => !ours.test(file)))("%s says that its type is not there yet", (file) => {
    expect(read(file)[0]).toMatch(/type `[a-z]+` is not supported yet|`type` is missing/);
  });
});

function read(file: string): string[] {
  const text = readFileSync(join(folder, file), "utf8");
  const variables = new Map([
    ["POSTGRES_USERNAME", "reader"],
    ["POSTGRES_PASSWORD", "secret"],
  ]);
  const { problems } = parseManifests([{ file: "", text }], {
    variables,
    disableInterpolation: false,
    workspace: "public",
    nowMs: Date.UTC(2026, 0, 31),
  });
  return problems.map((problem) => formatProblem(problem).slice(1));
}
