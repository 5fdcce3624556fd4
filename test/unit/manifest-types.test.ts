import { describe, expect, it } from "vitest";
import { dependenciesOf } from "../../src/control/dependencies.ts";
import { parseManifests, runAsUsersOf } from "../../src/control/manifest/index.ts";
import type { ResourceRef } from "../../src/control/ports.ts";
import { nextScheduledMs } from "../../src/control/workflow/cron.ts";
import { formatProblem } from "../../src/shared/errors.ts";

function parse(text: string, variables: Record<string, string> = {}) {
  const { manifests, problems, warnings } = parseManifests([{ file: "m.yaml", text }], {
    variables: new Map(Object.entries(variables)),
    disableInterpolation: false,
    workspace: "public",
    nowMs: Date.UTC(2026, 0, 31, 8),
  });
  // the lists of what is allowed grow
  const short = problems.map((problem) => formatProblem(problem).replace(/ \((?:allowed|known): .*/, ""));
  return { manifests, problems: short, warnings: warnings.map(formatProblem) };
}

const manifest = (type: string, version: string, section: string): string =>
  `name: it\nversion: ${version}\ntype: ${type}\n${type}:\n${section.replace(/^/gm, "  ")}\n`;
const needs = (text: string): string[] => {
  const { manifests, problems } = parse(text);
  expect(problems).toEqual([]);
  return manifests.flatMap((one) => dependenciesOf(one).map(show));
};
const show = ({ type, name, workspace }: ResourceRef): string =>
  workspace === undefined ? `${type} ${name}` : `${type} ${workspace}/${name}`;

describe("what is read in several spellings", () => {
  it("gives the same monitor in camel and in snake case", () => {
    const snake = parse(
      manifest(
        "monitor",
        "v1alpha",
        `schedule: '@daily'
type: Equation_Monitor
equation:
  left_expression: {query_coefficient: 1, query_constant: 0, query: {type: prom, ql: up, comparison_column: {name: a, data_type: int64}}}
  right_expression: {query_coefficient: 0, query_constant: 3}
  operator: less_than
incident: {incident_type: x, severity: high, extra: 1}`,
      ),
    );
    const camel = parse(
      manifest(
        "monitor",
        "v1alpha",
        `schedule: '@daily'
type: equation_monitor
equation:
  leftExpression: {queryCoefficient: 1, queryConstant: 0, query: {type: prom, ql: up, comparisonColumn: {name: a, dataType: int64}}}
  rightExpression: {queryCoefficient: 0, queryConstant: 3}
  operator: less_than
incident: {incidentType: x, severity: high, extra: 1}`,
      ),
    );
    expect([snake.problems, camel.problems]).toEqual([[], []]);
    expect(snake.manifests[0]?.spec).toEqual(camel.manifests[0]?.spec);
  });

  it("refuses both spellings at once", () => {
    const expression = "queryCoefficient: 1, query_coefficient: 2, queryConstant: 0, query: {type: prom, ql: up}";
    const both = manifest(
      "monitor",
      "v1alpha",
      `schedule: '@daily'\ntype: equation_monitor\nincident: {}\nequation: {operator: equals, leftExpression: {${expression}}, rightExpression: {queryCoefficient: 0, queryConstant: 1}}`,
    );
    expect(parse(both).problems).toMatchInlineSnapshot(`
      [
        "m.yaml:8:70: unknown key \`query_coefficient\` in \`monitor.equation.leftExpression\`; did you mean \`queryCoefficient\`?",
      ]
    `);
  });

  it("reads `v1beta1` as the first version of each type, and says so", () => {
    const { problems, warnings } = parse(
      manifest("volume", "v1beta1", "size: 1Gi\naccessMode: readwriteonce\ntype: TEMP"),
    );
    expect(problems).toEqual([]);
    expect(warnings).toMatchInlineSnapshot(`
      [
        "m.yaml:2:10: version \`v1beta1\` is read as \`v1beta\`; write \`v1beta\`",
      ]
    `);
  });

  it("reads the vendor's document of a product as a product, with faults at their places", () => {
    const text = `name: orders-360
version: v1beta
entity: product
type: data
tags: [DPDomain.Sales]
purpose: \${WHY}
v1beta:
  data:
    inputs: [{ref: 'dataos://orders:public/x', reftype: dataos}]
`;
    expect(parse(text, { WHY: "numbers" }).problems).toMatchInlineSnapshot(`
      [
        "m.yaml:9:48: unknown key \`reftype\` in \`product.v1beta.data.inputs.0\`; did you mean \`refType\`?",
      ]
    `);
    const { manifests } = parse(text.replace("reftype", "refType"), { WHY: "numbers" });
    expect(manifests[0]).toMatchObject({
      ref: { type: "product", name: "orders-360", workspace: undefined },
      tags: ["DPDomain.Sales"],
      spec: { purpose: "numbers", inputs: [{ refType: "dataos" }] },
    });
  });

  it("leaves `$` alone in schemas, templates and jq filters", () => {
    const { problems, manifests } = parse(
      manifest(
        "pager",
        "v1alpha",
        "conditions: [{valueJqFilter: '.a as $x | $x', operator: equals, value: $V}]\noutput: {webHook: {url: 'http://h', bodyTemplate: '{{ $y := .Name }}'}}",
      ),
      { V: "7" },
    );
    expect(problems).toEqual([]);
    expect(manifests[0]?.manifest).toMatchObject({
      pager: {
        conditions: [{ valueJqFilter: ".a as $x | $x", value: 7 }],
        output: { webHook: { bodyTemplate: "{{ $y := .Name }}" } },
      },
    });
  });
});

describe("times of a schedule", () => {
  it("may begin a step at a number, as other schedulers have it", () => {
    const at = (cron: string) =>
      parse(manifest("cluster", "v1", `maintenance: {scalingCrons: [{cron: '${cron}', replicas: 2}]}`)).problems;
    expect([at("5/10 * * * *"), at("0 8/4 * * 1-5"), at("1,5/20 * * * *")]).toEqual([[], [], []]);
    for (const wrong of ["/5 * * * *", "60/5 * * * *", "5/5/5 * * * *"]) expect(at(wrong)).toHaveLength(1);
    const next = nextScheduledMs(
      { cron: "5/10 * * * *", timezone: "UTC", startOnMs: undefined, endOnMs: undefined },
      0,
    );
    expect(next).toBe(5 * 60_000);
  });
});

describe("faults of the types", () => {
  it.each([
    ["service", "v1", "stack: container\nservicePort: 99999\nreplicas: -1\ningres: {}"],
    ["service", "v1", "stack: container\nservicePorts: [{name: a, servicePort: 80}, {name: b, servicePort: 80}]"],
    ["worker", "v1beta", "stack: bento\nbento: {}\nstackSpec: {}\nflare: {}"],
    ["worker", "v1beta", "stack: flre:1.0\nresources: {limits: {cpu: fast, memory: 1GB}}"],
    ["monitor", "v1alpha", "schedule: '* *'\ntype: equation_monitor\nincident: {}"],
    [
      "monitor",
      "v1alpha",
      "schedule: '@daily'\ntimezone: Mars/Olympus\ntype: stream_monitor\nincident: {}\nreport: {}",
    ],
    ["pager", "v1alpha", "conditions: [{valueJqFilter: .a, operator: is, value: 1}]\noutput: {}"],
    ["volume", "v1beta", "size: big\naccessMode: ReadWriteMny\ntype: temp"],
    ["database", "v1", "migrate: {command: sideways, includes: migrations}"],
    [
      "cluster",
      "v1",
      "compute: 7\nmaintenance: {restartCron: '61 * * * *'}\nminerva: {replicas: 0, selector: {priority: 9000}}",
    ],
    ["lakehouse", "v1alpha", "type: iceberg\ncompute: c\niceberg: {storage: {type: s3, gcs: {bucket: b}}}"],
    ["bundle", "v1beta", "resources: [{id: a}, {id: a, file: x, spec: {}}, {id: b, file: y, dependencies: [c]}]"],
    [
      "bundle",
      "v1beta",
      "resources: [{id: a, file: x, dependencies: [b]}, {id: b, file: y, dependencyConditions: [{resourceId: a}]}]",
    ],
    [
      "bundle",
      "v1beta",
      "resources: [{id: a, spec: {name: A_, type: volume, volume: {sise: 1}}}, {id: b, spec: {name: b, type: bundle, bundle: {}}}, {id: c, spec: {type: dept}}]",
    ],
    ["operator", "v1alpha", "components: [{name: a, type: job}]\nresources: []\nenabledWorkspaces: public"],
    ["stack", "v1alpha", "name: s\nsecretProjection: {type: env}"],
    ["product", "v1beta", "v1alpha: {data: {}}"],
  ])("of a %s (%#) are told with place, expectation and the nearest word", (type, version, section) => {
    const { problems } = parse(manifest(type, version, section));
    expect(problems).not.toEqual([]);
    expect(problems).toMatchSnapshot();
  });
});

describe("what resources need", () => {
  it("is read for every type that names others", () => {
    const run =
      "compute: big\ndataosSecrets: [login, {name: other, workspace: lab}]\npersistentVolume: {name: files, directory: d}";
    expect(needs(manifest("service", "v1", `stack: sql\n${run}\nstackSpec: {depot: 'dataos://sales?acl=r'}`))).toEqual([
      "depot sales",
      "compute big",
      "secret public/login",
      "secret lab/other",
      "volume public/files",
    ]);
    expect(
      needs(
        manifest(
          "workflow",
          "v1",
          `dag:\n  - name: j\n    spec:\n      stack: flare:7.0\n${run.replace(/^/gm, "      ")}`,
        ),
      ),
    ).toEqual(["compute big", "secret public/login", "secret lab/other", "volume public/files"]);
    expect(
      needs(
        manifest(
          "cluster",
          "v1",
          "compute: big\nminerva: {replicas: 1, depots: [{address: 'dataos://sales:public', secrets: [s]}], catalogs: [{name: c, type: memory, secrets: [t]}]}\nthemis: {depots: [{address: 'dataos://lake'}]}",
        ),
      ),
    ).toEqual(["compute big", "depot sales", "depot lake", "secret public/s", "secret public/t"]);
    expect(
      needs(
        manifest(
          "lakehouse",
          "v1alpha",
          "type: iceberg\ncompute: big\niceberg: {storage: {type: s3, s3: {bucket: b}, secrets: [{name: lake-r}]}}",
        ),
      ),
    ).toEqual(["compute big", "instance-secret lake-r"]);
    expect(
      needs(
        manifest(
          "operator",
          "v1alpha",
          "components: [{name: a, type: worker, compute: big, image: i, replicas: 1, secrets: [x]}]\nresources: [{name: r, isRunnable: true}]\nenabledWorkspaces: []",
        ),
      ),
    ).toEqual(["compute big", "instance-secret x"]);
    expect(
      needs(
        manifest(
          "monitor",
          "v1alpha",
          "schedule: '@daily'\ntype: equation_monitor\nincident: {}\nequation: {operator: equals, leftExpression: {queryCoefficient: 1, queryConstant: 0, query: {type: sql, depot: sales, ql: select 1}}, rightExpression: {queryCoefficient: 0, queryConstant: 1}}",
        ),
      ),
    ).toEqual(["depot sales"]);
    expect(
      needs(
        manifest(
          "product",
          "v1beta",
          "v1beta: {data: {resource: {ref: 'bundle:v1beta:b'}, inputs: [{ref: 'dataset:lake:c:d'}, {ref: 'lens:v1alpha:l:public'}], outputs: [{ref: 'service:v1:api:lab'}]}}",
        ),
      ),
    ).toEqual(["bundle b", "depot lake", "service lab/api"]);
    for (const type of ["volume", "database"] as const) {
      const section = type === "volume" ? "size: 1Gi\naccessMode: ReadOnlyMany\ntype: temp" : "migrate: {command: up}";
      expect(needs(manifest(type, type === "volume" ? "v1beta" : "v1", `${section}\ncompute: big`))).toEqual([
        "compute big",
      ]);
    }
  });

  it("is, for a bundle, what its resources need of others", () => {
    const text = manifest(
      "bundle",
      "v1beta",
      `resources:
  - id: files
    workspace: lab
    spec: {name: files, type: volume, volume: {size: 1Gi, accessMode: ReadWriteOnce, type: temp, compute: big}}
  - id: api
    workspace: lab
    spec: {name: api, type: service, service: {stack: container, persistentVolume: {name: files}, dataosSecrets: [login]}}
  - id: more
    file: more.yaml`,
    );
    expect(needs(text)).toEqual(["compute big", "secret lab/login"]);
  });
});

describe("a bundle", () => {
  it("keeps the secrets of its manifests, and says for whom they act", () => {
    const { manifests, problems } = parse(
      manifest(
        "bundle",
        "v1beta",
        `manageAsUser: bob
resources:
  - id: a
    spec: {name: a, type: instance-secret, instance-secret: {type: key-value, acl: r, data: {password: canary}}}
  - id: b
    spec:
      name: b
      type: workflow
      workflow: {dag: [{name: j, spec: {stack: 'flare:7.0', runAsUser: ann, stackSpec: {runAsUser: theirs, password: canary}}}]}`,
      ),
    );
    expect(problems).toEqual([]);
    const [bundle] = manifests;
    if (!bundle) throw new Error("it was read");
    expect([...bundle.secrets.keys()]).toEqual([
      "bundle.resources.0.spec.instance-secret.data.password",
      "bundle.resources.1.spec.workflow.dag.0.spec.stackSpec.password",
    ]);
    expect(JSON.stringify(bundle.manifest)).not.toContain("canary");
    expect(runAsUsersOf(bundle).map(({ user, path }) => `${user} ${path.join(".")}`)).toEqual([
      "bob bundle.manageAsUser",
      "ann bundle.resources.1.spec.workflow.dag.0.spec.runAsUser",
    ]);
  });
});

describe("secrets of other types", () => {
  it.each([
    [
      "pager",
      "v1alpha",
      "conditions: [{valueJqFilter: .a, operator: equals, value: b}]\noutput: {msTeams: {webHookUrl: canary}, webHook: {url: canary, authorization: {token: canary}, headers: {Authorization: canary}}}",
    ],
    [
      "monitor",
      "v1alpha",
      "schedule: '@daily'\ntype: equation_monitor\nincident: {}\nequation: {operator: equals, leftExpression: {queryCoefficient: 1, queryConstant: 0, query: {type: postgres, dsn: 'postgres://u:canary@h/d', ql: select 1}}, rightExpression: {queryCoefficient: 0, queryConstant: 1}}",
    ],
    ["service", "v1", "stack: container\nrunAsApiKey: canary\nenvs: {API_TOKEN: canary, DB_PASSWORD: canary}"],
    ["cluster", "v1", "jupyterHub: {oidcConfig: {clientId: a, clientSecret: canary}}\nrunAsApiKey: canary"],
    [
      "operator",
      "v1alpha",
      "components: [{name: a, type: worker, compute: c, image: i, replicas: 1, environmentVars: {SERVICE_SECRET: canary}}]\nresources: [{name: r, isRunnable: true}]\nenabledWorkspaces: []",
    ],
  ])("leave the manifest of a %s", (type, version, section) => {
    const { manifests, problems } = parse(manifest(type, version, section));
    expect(problems).toEqual([]);
    expect(JSON.stringify(manifests[0]?.manifest)).not.toContain("canary");
  });
});
