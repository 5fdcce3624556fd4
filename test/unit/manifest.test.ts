import { describe, expect, it } from "vitest";
import { parseManifests } from "../../src/control/manifest/index.ts";
import { formatProblem } from "../../src/shared/errors.ts";

function parse(text: string, variables: Record<string, string> = {}, disableInterpolation = false) {
  const { manifests, problems } = parseManifests([{ file: "m.yaml", text }], {
    variables: new Map(Object.entries(variables)),
    disableInterpolation,
    workspace: "public",
    nowMs: Date.UTC(2026, 0, 31, 8),
  });
  return {
    manifests,
    problems: problems.map(formatProblem),
    warnings: manifests.flatMap((manifest) => manifest.warnings.map(formatProblem)),
  };
}

const depot = (body: string, version = "v2alpha") =>
  `name: sales\nversion: ${version}\ntype: depot\ndepot:\n${body.replace(/^/gm, "  ")}`;

const workflow = (body: string) => `name: daily\nversion: v1\ntype: workflow\nworkflow:\n${body.replace(/^/gm, "  ")}`;

describe("a manifest's head", () => {
  it("reports every fault with its place, what was expected and the nearest key", () => {
    expect(
      parse(`
name: Sales_DB
verion: v1
version: v9
type: depot
layer: users
depot:
  type: postgresq
  external: yes
  conection: {host: db}
`).problems,
    ).toMatchInlineSnapshot(`
      [
        "m.yaml:2:7: \`Sales_DB\` is not a name for a depot; expected lower-case letters and digits, a letter first, at most 48 characters",
        "m.yaml:3:1: unknown key \`verion\`; did you mean \`version\`? (allowed: \`name\`, \`version\`, \`type\`, \`tags\`, \`description\`, \`owner\`, \`layer\`, \`workspace\`, \`depot\`)",
        "m.yaml:4:10: unknown version \`v9\` of \`depot\`; did you mean \`v1\`? (allowed: \`v1\`, \`v2alpha\`)",
        "m.yaml:6:8: unknown \`layer\` \`users\`; did you mean \`user\`? (allowed: \`user\`, \`system\`)",
        "m.yaml:8:9: unknown \`type\` \`postgresq\`; did you mean \`postgresql\`? (allowed: \`postgresql\`, \`postgres\`, \`jdbc\`, \`mysql\`, \`mariadb\`, \`mssql\`, \`oracle\`, \`snowflake\`, \`bigquery\`, \`redshift\`, \`s3\`, \`abfss\`, \`wasbs\`, \`gcs\`, \`kafka\`, \`pulsar\`, \`eventhub\`, \`elasticsearch\`, \`opensearch\`, \`mongodb\`, \`redis\`, \`presto\`, \`file\`, \`http\`)",
        "m.yaml:9:13: \`depot.external\` is text; expected \`true\` or \`false\`",
        "m.yaml:10:3: unknown key \`conection\` in \`depot\`; did you mean \`connection\`? (allowed: \`type\`, \`name\`, \`owner\`, \`description\`, \`external\`, \`source\`, \`compute\`, \`runAsUser\`, \`hiveSync\`, \`resources\`, \`connection\`, \`spec\`, \`connectionSecret\`, \`dataosSecrets\`, \`secrets\`)",
      ]
    `);
  });

  it("takes the type's default where `version` is absent, and says so", () => {
    const { manifests, warnings } = parse("name: c\ntype: compute\ncompute: {dataplane: hub, purpose: runnable}");
    expect(manifests[0]?.version).toBe("v1beta");
    expect(warnings).toMatchInlineSnapshot(`
      [
        "m.yaml:1:1: \`version\` is missing; \`v1beta\` is taken (known: \`v1beta\`, \`v1\`)",
      ]
    `);
  });

  it("tells types that are not built yet from types that do not exist", () => {
    expect(parse("name: a\ntype: lens\nlens: {}").problems).toMatchInlineSnapshot(`
      [
        "m.yaml:2:7: type \`lens\` is not supported yet; supported: \`instance-secret\`, \`secret\`, \`depot\`, \`policy\`, \`grant\`, \`provider\`, \`use-case\`, \`workflow\`, \`service\`, \`worker\`, \`monitor\`, \`pager\`, \`compute\`, \`cluster\`, \`volume\`, \`database\`, \`lakehouse\`, \`bundle\`, \`product\`, \`operator\`, \`stack\`, \`user\`, \`role\`, \`object-type\`",
      ]
    `);
    expect(parse("name: a\ntype: depo\ndepo: {}").problems).toMatchInlineSnapshot(`
      [
        "m.yaml:2:7: unknown type \`depo\`; did you mean \`depot\`? (supported: \`instance-secret\`, \`secret\`, \`depot\`, \`policy\`, \`grant\`, \`provider\`, \`use-case\`, \`workflow\`, \`service\`, \`worker\`, \`monitor\`, \`pager\`, \`compute\`, \`cluster\`, \`volume\`, \`database\`, \`lakehouse\`, \`bundle\`, \`product\`, \`operator\`, \`stack\`, \`user\`, \`role\`, \`object-type\`)",
      ]
    `);
    expect(parse("name: x\npolicy_use_case_id: x").problems).toMatchInlineSnapshot(`
      [
        "m.yaml:1:1: \`type\` is missing; expected one of \`instance-secret\`, \`secret\`, \`depot\`, \`policy\`, \`grant\`, \`provider\`, \`use-case\`, \`workflow\`, \`service\`, \`worker\`, \`monitor\`, \`pager\`, \`compute\`, \`cluster\`, \`volume\`, \`database\`, \`lakehouse\`, \`bundle\`, \`product\`, \`operator\`, \`stack\`, \`user\`, \`role\`, \`object-type\`; put it below \`grant:\` and add \`name\` and \`type: grant\`",
      ]
    `);
    expect(parse("- a\n- b").problems).toMatchInlineSnapshot(`
      [
        "m.yaml:1:1: a manifest is a mapping; expected \`name\`, \`type\` and the section of the type",
      ]
    `);
    expect(parse("").problems).toMatchInlineSnapshot(`
      [
        "there is no manifest in what was given; expected at least one document with \`name\`, \`type\` and its section",
      ]
    `);
  });

  it("refuses the same resource twice, naming both places", () => {
    const one = "name: c\nversion: v1\ntype: compute\ncompute: {dataplane: hub, purpose: runnable}\n";
    expect(parse(`${one}---\n${one}`).problems).toMatchInlineSnapshot(`
      [
        "m.yaml:6:7: compute \`c\` is given twice, first at m.yaml:1:7; keep one of them",
      ]
    `);
  });

  it("collects the faults of all documents", () => {
    expect(
      parse("name: a\ntype: role\nrole: {x: 1}\n---\nname: b\ntype: role\n---\nname: c\ntype: role\nrole: {}").problems,
    ).toMatchInlineSnapshot(`
        [
          "m.yaml:3:8: unknown key \`x\` in \`role\` (allowed: \`name\`, \`description\`)",
          "m.yaml:5:1: the section \`role\` is missing; expected \`role: {…}\`",
        ]
      `);
  });
});

describe("interpolation", () => {
  const text = `
name: sales
version: v1
type: depot
depot:
  type: \${KIND}
  external: true
  description: "costs $$5, $KIND and \${PORT}"
  connection:
    host: $HOST
    port: \${PORT} # and $NOT_THIS
`;
  it("replaces variables in values, gives a bare variable its type, and leaves comments alone", () => {
    const { manifests, problems } = parse(text, { KIND: "postgresql", HOST: "db", PORT: "5432" });
    expect(problems).toEqual([]);
    expect(manifests[0]?.manifest.depot).toEqual({
      type: "postgresql",
      external: true,
      description: "costs $5, postgresql and 5432",
      connection: { host: "db", port: 5432 },
    });
  });

  it("names each variable that is not set, with its place", () => {
    expect(parse(text, { KIND: "postgresql" }).problems).toMatchInlineSnapshot(`
      [
        "m.yaml:8:16: variable \`PORT\` is not set; set it where the manifest is applied, or write \`$$\` for a plain \`$\`",
        "m.yaml:10:11: variable \`HOST\` is not set; set it where the manifest is applied, or write \`$$\` for a plain \`$\`",
        "m.yaml:11:11: variable \`PORT\` is not set; set it where the manifest is applied, or write \`$$\` for a plain \`$\`",
      ]
    `);
  });

  it("says what a reference looks like", () => {
    expect(parse("name: a\ntype: role\nrole: {description: 'x ${A-B} $1 $'}").problems).toMatchInlineSnapshot(`
      [
        "m.yaml:3:21: \`\${A-B}\` is not a variable; expected \`\${NAME}\` with letters, digits and \`_\`, or \`$$\` for a plain \`$\`",
      ]
    `);
  });

  it("can be switched off", () => {
    const { manifests } = parse("name: a\nversion: v1\ntype: role\nrole: {description: $X}", {}, true);
    expect(manifests[0]?.spec).toEqual({ description: "$X" });
  });

  it("does not look into what a variable holds, and keeps a secret's text as it is", () => {
    const { manifests } = parse(
      "name: s\nversion: v1\ntype: instance-secret\ninstance-secret: {type: key-value, acl: r, data: {password: $P, pin: $PIN}}",
      { P: "pa$HOME${X}", PIN: "007" },
    );
    const values = [...(manifests[0]?.secrets ?? [])].map(([path, value]) => [path, value.reveal()]);
    expect(values).toEqual([
      ["instance-secret.data.password", "pa$HOME${X}"],
      ["instance-secret.data.pin", "007"],
    ]);
  });
});

describe("secrets in manifests", () => {
  it("never stay in the manifest, wherever they stand", () => {
    const canary = "canary-4711";
    const texts = [
      `name: s\nversion: v1\ntype: instance-secret\ninstance-secret: {type: key-value, acl: r, data: {a: ${canary}}, files: {f: ${canary}}}`,
      depot(
        `type: JDBC\nconnectionSecret:\n  - {acl: rw, type: key-value-properties, data: {username: ${canary}, password: ${canary}}}\n  - {acl: r, values: {password: ${canary}}}\n  - {acl: r, values: [{key: password, value: ${canary}}]}\nspec: {subprotocol: postgresql, host: db, params: {sslpassword: ${canary}}}`,
        "v1",
      ),
      workflow(
        `dag:\n  - name: j\n    spec:\n      stack: flare:7.0\n      envs: {MY_TOKEN: ${canary}}\n      runAsApiKey: ${canary}\n      stackSpec: {sourceConnection: {config: {password: ${canary}}}}`,
      ),
    ];
    for (const text of texts) {
      const { manifests, problems } = parse(text);
      expect(problems).toEqual([]);
      expect(JSON.stringify(manifests[0]?.manifest)).not.toContain(canary);
      expect([...(manifests[0]?.secrets.values() ?? [])].every((value) => value.reveal() === canary)).toBe(true);
    }
  });

  it("do not appear in faults either", () => {
    const { problems } = parse(
      "name: s\nversion: v1\ntype: instance-secret\ninstance-secret: {type: key-value, acl: r, data: {a: [canary-4711]}}",
    );
    expect(problems).toMatchInlineSnapshot(`
      [
        "m.yaml:4:54: \`instance-secret.data.a\` is a list; expected text",
      ]
    `);
  });

  it("are told apart from the word that stands for a stored value", () => {
    const { manifests } = parse(
      "name: s\nversion: v1\ntype: secret\nsecret: {type: key-value, acl: r, data: {a: '[redacted]', b: x}}",
    );
    expect([...(manifests[0]?.keptSecrets ?? [])]).toEqual(["secret.data.a"]);
    expect([...(manifests[0]?.secrets.keys() ?? [])]).toEqual(["secret.data.b"]);
  });
});

describe("a depot", () => {
  const location = "host: db.example.com, port: 5432, database: shop";
  it.each([
    ["the seeds' connection", depot(`type: postgresql\nconnection: {${location}}`, "v1")],
    ["spec", depot(`type: POSTGRESQL\nspec: {${location}}`, "v1")],
    ["JDBC", depot(`type: JDBC\nspec: {subprotocol: postgresql, ${location}}`, "v1")],
    ["jdbc below postgresql", depot(`type: postgresql\njdbc: {subprotocol: postgresql, ${location}}`)],
    [
      "v2alpha",
      depot(`type: postgresql\npostgresql: {${location}}\nsecrets: [{name: sales-r, keys: [sales-r], allkeys: true}]`),
    ],
  ])("is the same database in every spelling: %s", (_, text) => {
    const { manifests, problems } = parse(text);
    expect(problems).toEqual([]);
    expect(manifests[0]?.spec).toMatchObject({
      engine: "postgresql",
      location: { host: "db.example.com", port: 5432, database: "shop" },
    });
  });

  it("needs exactly one location, of its own type", () => {
    expect(parse(depot("type: postgresql")).problems).toMatchInlineSnapshot(`
      [
        "m.yaml:5:3: \`depot\`: the location is missing; expected \`postgresql: {…}\`",
      ]
    `);
    expect(parse(depot("type: snowflake\npostgresql: {host: db}")).problems).toMatchInlineSnapshot(`
      [
        "m.yaml:6:15: \`depot.postgresql\`: \`postgresql\` is not the location of a \`snowflake\` depot; expected \`snowflake: {…}\`",
      ]
    `);
    expect(
      parse(depot("type: jdbc\njdbc: {subprotocol: mysql, host: a}\nmysql: {host: b}")).problems,
    ).toMatchInlineSnapshot(`
        [
          "m.yaml:7:10: \`depot.mysql\`: \`jdbc\` and \`mysql\` are both locations; keep one of them",
        ]
      `);
    expect(
      parse(depot("type: postgresql\nspec: {host: a}\nconnection: {host: b}", "v1")).problems,
    ).toMatchInlineSnapshot(`
        [
          "m.yaml:7:15: \`depot.connection\`: \`spec\` and \`connection\` say the same; keep one of them",
        ]
      `);
  });

  it("may have a hyphen in its name, with a warning", () => {
    expect(
      parse(depot("type: postgresql\npostgresql: {host: db}").replace("sales", "sales-db")).warnings,
    ).toMatchInlineSnapshot(`
        [
          "m.yaml:1:7: \`sales-db\`: hyphens in depot names are taken here but not by every tool; expected lower-case letters and digits, a letter first, at most 48 characters",
        ]
      `);
  });
});

describe("a policy", () => {
  it("has exactly one spelling", () => {
    const policy = (section: string) => parse(`name: p\nversion: v1\ntype: policy\npolicy: ${section}`).problems;
    expect(policy("{access: {}, data: {}}")).toMatchInlineSnapshot(`
      [
        "m.yaml:4:9: \`policy\`: expected one spelling of a policy: \`access: {…}\`, \`data: {type: mask|filter, …}\`, or \`type: data\` with \`rules: […]\`",
      ]
    `);
    expect(policy("{acces: {}}")).toMatchInlineSnapshot(`
      [
        "m.yaml:4:9: \`policy\`: expected one spelling of a policy: \`access: {…}\`, \`data: {type: mask|filter, …}\`, or \`type: data\` with \`rules: […]\`",
      ]
    `);
    expect(policy("{type: data, rules: []}")).toEqual([]);
  });
});

describe("a workflow", () => {
  it("names cycles, unknown and doubled jobs", () => {
    const job = (name: string, dependencies: string) =>
      `  - {name: ${name}, dependencies: ${dependencies}, spec: {stack: flare:7.0}}\n`;
    expect(
      parse(workflow(`dag:\n${job("a", "[c]")}${job("b", "[a, x]")}${job("c", "b")}${job("a", "[]")}`)).problems,
    ).toMatchInlineSnapshot(`
        [
          "m.yaml:6:31: \`workflow.dag.0.dependencies\`: jobs wait for each other: \`a\` -> \`c\` -> \`b\` -> \`a\`; remove one of these dependencies",
          "m.yaml:7:31: \`workflow.dag.1.dependencies\`: job \`b\` depends on \`x\`, which is not in the dag (jobs: \`a\`, \`c\`)",
          "m.yaml:9:14: \`workflow.dag.3.name\`: job \`a\` is given twice; rename one of them",
        ]
      `);
  });

  it("checks the scanner's keys strictly", () => {
    const scan = (stackSpec: string) =>
      parse(workflow(`dag:\n  - name: s\n    spec:\n      stack: scanner:2.0\n      stackSpec: ${stackSpec}`)).problems;
    expect(scan("{depot: dataos://sales, sourceConfig: {config: {schemaFilterPatern: {}}}}")).toMatchInlineSnapshot(`
      [
        "m.yaml:9:68: unknown key \`schemaFilterPatern\` in \`workflow.dag.0.spec.stackSpec.sourceConfig.config\`; did you mean \`schemaFilterPattern\`? (allowed: \`type\`, \`databaseFilterPattern\`, \`schemaFilterPattern\`, \`tableFilterPattern\`, \`markDeletedTables\`, \`includeTables\`, \`includeViews\`, \`topicFilterPattern\`, \`collectionFilterPattern\`, \`dashboardFilterPattern\`, \`chartFilterPattern\`, \`dataProductFilterPattern\`, \`markDeletedTopics\`, \`markDeletedDataProducts\`, \`markDeletedTablesfromFilterOnly\`, \`includeTags\`, \`includeCollections\`, \`ingestSampleData\`, \`enableDebugLog\`)",
      ]
    `);
    expect(scan("{type: users, sourceConfig: {config: {type: Mail}}}")).toMatchInlineSnapshot(`
      [
        "m.yaml:9:64: unknown \`type\` \`Mail\` (allowed: \`DatabaseMetadata\`, \`MessagingMetadata\`, \`DashboardMetadata\`, \`PipelineMetadata\`, \`DataProduct\`, \`SemanticModel\`)",
      ]
    `);
    expect(scan("{depot: 'http://sales'}")).toMatchInlineSnapshot(`
      [
        "m.yaml:9:28: \`workflow.dag.0.spec.stackSpec.depot\`: \`http://sales\` is not the address of a depot; expected a name or \`dataos://<name>\`",
      ]
    `);
    expect(scan("{}")).toMatchInlineSnapshot(`
      [
        "m.yaml:9:20: \`workflow.dag.0.spec.stackSpec.depot\` is missing; expected text",
      ]
    `);
  });

  it("takes the stack's name for `stackSpec`, as manifests of 2023 have it", () => {
    const { manifests, problems } = parse(
      workflow("dag:\n  - {name: s, spec: {stack: 'scanner:2.0', scanner: {depot: sales}}}"),
    );
    expect(problems).toEqual([]);
    expect(manifests[0]?.spec).toMatchObject({ jobs: [{ stackSpec: { depot: "sales" } }] });
    expect(
      parse(workflow("dag:\n  - {name: s, spec: {stack: 'flare:7.0', scanner: {depot: sales}}}")).problems,
    ).toMatchInlineSnapshot(`
        [
          "m.yaml:6:53: \`workflow.dag.0.spec.scanner\`: \`scanner\` is the section of another stack than \`flare:7.0\`; expected \`stackSpec\`",
        ]
      `);
  });

  it("refuses stacks that nobody knows", () => {
    expect(parse(workflow("dag:\n  - {name: s, spec: {stack: 'scaner:2.0'}}")).problems[0]).toMatch(
      /^m\.yaml:6:31: unknown stack `scaner`; did you mean `scanner`\? \(known: `scanner`, /,
    );
  });

  it.each([
    ["''", "UTC"],
    ["'* *'", "UTC"],
    ["'* * * * * * *'", "UTC"],
    ["'@reboot'", "UTC"],
    ["'61 * * * *'", "UTC"],
    ["'0 0 31 2 *'", "UTC"],
    [`'${"1,".repeat(200)}1 * * * *'`, "UTC"],
    ["'0 3 * * *'", "Mars/Olympus"],
  ])("refuses a schedule that never comes (%#)", (cron, timezone) => {
    const { problems } = parse(
      workflow(`schedule: {cron: ${cron}, timezone: ${timezone}}\ndag: [{name: s, spec: {stack: 'flare:7.0'}}]`),
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]?.replace(/`1,.*`/, "`1,…`")).toMatchSnapshot();
  });

  it("reads times and takes UTC and Allow where nothing is said", () => {
    const { manifests, problems } = parse(
      workflow(
        "schedule: {cron: '*/5 * * * *', startOn: 2026-02-01T00:00:00Z, endOn: '2026-03-01'}\ndag: [{name: s, spec: {stack: 'flare:7.0'}}]",
      ),
    );
    expect(problems).toEqual([]);
    expect(manifests[0]?.spec).toMatchObject({
      schedule: {
        timezone: "UTC",
        concurrencyPolicy: "Allow",
        startOnMs: Date.UTC(2026, 1, 1),
        endOnMs: Date.UTC(2026, 2, 1),
      },
    });
  });
});
