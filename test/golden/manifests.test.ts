import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseManifests } from "../../src/control/manifest/index.ts";
import { formatProblem } from "../../src/shared/errors.ts";

const folder = join(import.meta.dirname, "../../../shared/data/manifests");
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".yaml")) : [];

/** What these files say wrong, without the lists of what is allowed; all others are taken. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  // braces without quotes are a mapping
  "cluster_minervaquery_d251e3.yaml": ["12:16: `cluster.runAsApiKey` is a mapping; expected text"],
  "depot_depotsecret_72e6e9.yaml": ["19:5: unknown key `external` in `depot.snowflake`"],
  "depot_postgresdepot_5275ce.yaml": ["9:3: `depot`: the location is missing; expected `postgresql: {…}`"],
  // a form to fill in
  "depot_type_7f4944.yaml": [
    "5:7: `name` is missing; expected text",
    expect.stringContaining("`depot.type` is missing"),
  ],
  // secrets, metastore and query engine stand where they do not belong
  "lakehouse_alphaomega_0d525b.yaml": [
    "27:9: unknown key `secrets` in `lakehouse.iceberg.storage.s3`",
    "38:3: unknown key `metastore` in `lakehouse`; it belongs below `iceberg`",
    "42:3: unknown key `queryEngine` in `lakehouse`; it belongs below `iceberg`",
  ],
  "monitor_monitor-lens-metric-testing01_749d8c.yaml": [
    expect.stringMatching(/^30:9: `monitor.equation.rightExpression.query.type` is missing; expected one of /),
  ],
  "secret_s3-pos-rw_5dde04.yaml": [
    "11:5: `secret.data` is text; expected a mapping",
    "17:7: `name` is missing; expected text",
    "25:13: `depot.spec.bucket` is missing; expected text",
  ],
  "service_nilus-server_334789.yaml": ["26:5: unknown key `limit` in `service.resources`; did you mean `limits`?"],
  // wrongly indented
  "worker_benthos3-worker-sample_aebe8e.yaml": [
    "22:5: unknown key `requests` in `worker`; it belongs below `resources`",
    "25:5: unknown key `limits` in `worker`; it belongs below `resources`",
    "29:5: unknown key `input` in `worker`",
    "35:5: unknown key `output` in `worker`",
  ],
  "worker_bento3-worker-sample_e24e26.yaml": [
    "25:3: unknown key `input` in `worker`",
    "31:3: unknown key `output` in `worker`",
  ],
  "workflow_wf-vendor-insights_cf0eb2.yaml": [
    "17:12: `workflow.dag.0.spec` is missing; expected a mapping",
    "20:7: unknown key `stack` in `workflow.dag.0`; it belongs below `spec`",
    "21:7: unknown key `compute` in `workflow.dag.0`; it belongs below `spec`",
    "22:7: unknown key `stackSpec` in `workflow.dag.0`; it belongs below `spec`",
  ],
};

const suite = files.length > 0 ? describe : describe.skip;
suite(`the documentation's manifests${files.length > 0 ? "" : " (../shared/data/manifests is absent)"}`, () => {
  it.each(files)("%s is read, or refused with the right reason", (file) => {
    expect(read(file)).toEqual(refusals[file] ?? []);
  });

  it("has a file for every refusal that is listed", () => {
    expect(Object.keys(refusals).filter((file) => !files.includes(file))).toEqual([]);
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
  return problems.map((problem) =>
    formatProblem(problem)
      .slice(1)
      .replace(/ \(allowed: .*/, ""),
  );
}
