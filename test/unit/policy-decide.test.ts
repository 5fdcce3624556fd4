import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import type { Decision, DecisionObject, Subject } from "../../src/shared/decision.ts";
import { formatProblem } from "../../src/shared/errors.ts";
import { parseYamlDocuments } from "../../src/shared/yaml.ts";

/** Policies as YAML manifests, several documents. */
function documents(text: string): PolicyDocument[] {
  const { documents: parsed, problems } = parseYamlDocuments(text, "p.yaml");
  expect(problems).toEqual([]);
  return parsed.map(({ value, positions }) => {
    const manifest = value as Record<string, unknown>;
    const kind =
      "policy" in manifest
        ? "policy"
        : "grant" in manifest
          ? "grant"
          : "authorization_atoms" in manifest && !("category" in manifest)
            ? "provider"
            : "use-case";
    const section = kind === "policy" || kind === "grant" ? kind : undefined;
    const below = new Map(
      [...positions].flatMap(([path, place]) =>
        section === undefined
          ? [[path, place] as const]
          : path === section
            ? [["", place] as const]
            : path.startsWith(`${section}.`)
              ? [[path.slice(section.length + 1), place] as const]
              : [],
      ),
    );
    return {
      kind,
      name: String(manifest.name ?? manifest.id),
      file: "p.yaml",
      spec: section === undefined ? manifest : manifest[section],
      positions: below,
    } as PolicyDocument;
  });
}

const compile = (text: string) => {
  const { policies, problems } = compilePolicies(documents(text));
  expect(problems.map(formatProblem)).toEqual([]);
  return policies;
};
const faults = (text: string): string[] => compilePolicies(documents(text)).problems.map(formatProblem);

const subject = (tags: string[], attributes: Subject["attributes"] = {}): Subject => ({
  id: "alice",
  type: "person",
  tags: ["users:id:alice", ...tags],
  attributes,
});
const object = (paths: string[], more: Partial<DecisionObject> = {}): DecisionObject => ({
  paths,
  tags: [],
  attributes: {},
  ...more,
});
const ask = (text: string, who: Subject, predicate: string, what: DecisionObject, time = 0): Decision =>
  compile(text).decide({ subject: who, predicate, object: what, context: { time } });

const seeds = `
name: sales-access
type: policy
policy:
  type: data
  rules:
    - resource: "urn:dataos:depot:sales"
      actions: [read]
      subjects:
        - "users:dataos:analyst"
      conditions:
        - "department == 'sales'"
`;
const analyst = subject(["roles:id:analyst"], { department: "sales" });

describe("the seeds' form", () => {
  it("covers the thing and everything inside it, by every address", () => {
    const inside = [
      "urn:dataos:depot:sales",
      "urn:dataos:resource:depot:sales",
      "urn:dataos:database:sales:shop",
      "urn:dataos:schema:sales:shop/public",
      "urn:dataos:dataset:sales:shop/public/orders",
      "urn:dataos:dataset:sales:shop/public/orders#order_id",
      "dataos://sales",
      "dataos://sales?acl=r",
      "dataos://sales:public/orders",
      "dataos://sales:public/orders?acl=rw",
    ];
    const outside = [
      "urn:dataos:depot:sales2",
      "urn:dataos:dataset:sales2:shop/public/orders",
      "urn:dataos:resource:sales:x",
      "urn:dataos:resource:policy:sales",
      "dataos://sales2:public/orders",
      "dataos://sales2",
    ];
    for (const path of inside) expect(ask(seeds, analyst, "read", object([path])).effect, path).toBe("allow");
    for (const path of outside) expect(ask(seeds, analyst, "read", object([path])).effect, path).toBe("deny");
  });

  it("matches a role or the tag itself, and a bare name in a condition is a subject attribute", () => {
    const orders = object(["dataos://sales:public/orders"]);
    expect(ask(seeds, subject(["users:dataos:analyst"], { department: "sales" }), "READ", orders).effect).toBe("allow");
    expect(ask(seeds, subject(["roles:id:other"], { department: "sales" }), "read", orders).effect).toBe("deny");
    expect(ask(seeds, subject(["roles:id:analyst"], { department: "hr" }), "read", orders)).toMatchObject({
      effect: "deny",
      denyReason: "no-matching-allow",
      problems: [],
    });
    expect(ask(seeds, analyst, "write", orders).effect).toBe("deny");
  });

  it("a dataset covers its columns, a schema its datasets, a workspace its resources", () => {
    const rules = (resource: string): string =>
      `name: p\npolicy: {type: data, rules: [{resource: "${resource}", actions: ["*"], subjects: ["*"]}]}`;
    const allows = (resource: string, path: string): boolean =>
      ask(rules(resource), analyst, "read", object([path])).effect === "allow";
    expect(
      allows("urn:dataos:dataset:sales:shop/public/orders", "urn:dataos:dataset:sales:shop/public/orders#id"),
    ).toBe(true);
    expect(allows("urn:dataos:dataset:sales:shop/public/orders", "dataos://sales:public/orders")).toBe(true);
    expect(allows("urn:dataos:dataset:sales:shop/public/orders", "dataos://sales:shop.public/orders#id")).toBe(true);
    expect(allows("urn:dataos:dataset:sales:shop/public/orders", "urn:dataos:dataset:sales:shop/public/orders2")).toBe(
      false,
    );
    expect(allows("urn:dataos:schema:sales:shop/public", "urn:dataos:dataset:sales:shop/public/orders")).toBe(true);
    expect(allows("urn:dataos:schema:sales:shop/public", "urn:dataos:dataset:sales:shop/private/orders")).toBe(false);
    expect(allows("urn:dataos:workspace:public", "urn:dataos:resource:workflow:public/daily")).toBe(true);
    expect(allows("urn:dataos:workflow:daily", "urn:dataos:resource:workflow:public/daily")).toBe(true);
    expect(allows("*", "anything")).toBe(true);
  });
});

describe("decisions", () => {
  const access = (name: string, allow: boolean, more = ""): string => `
name: ${name}
policy:
  access:
    subjects: {tags: [["roles:id:a", "roles:id:b"], "roles:id:c"]}
    predicates: [read]
    objects: {paths: ["dataos://lake:sales/orders"]}
    allow: ${allow}
${more}`;
  const orders = object(["dataos://lake:sales/orders"]);

  it("nested tag lists are OR of ANDs", () => {
    expect(ask(access("p", true), subject(["roles:id:a"]), "read", orders).effect).toBe("deny");
    expect(ask(access("p", true), subject(["roles:id:a", "roles:id:b"]), "read", orders).effect).toBe("allow");
    expect(ask(access("p", true), subject(["roles:id:c"]), "read", orders).effect).toBe("allow");
  });

  it("a deny beats every allow, and the answer names it with its place", () => {
    const decision = ask(`${access("p", true)}---${access("q", false)}`, subject(["roles:id:c"]), "read", orders);
    expect(decision).toMatchObject({ effect: "deny", denyReason: "denied-by-rule" });
    expect(decision.because).toEqual([
      { id: "q/0", policy: "q", effect: "deny", at: { file: "p.yaml", line: 13, column: 5 } },
    ]);
  });

  it("`allow` is false where it is absent", () => {
    const text = 'name: p\npolicy: {access: {subjects: {tags: ["**"]}, predicates: ["**"], objects: {paths: ["**"]}}}';
    expect(ask(text, analyst, "read", orders).because).toMatchObject([{ effect: "deny" }]);
  });

  it("paths and tags together: both must match", () => {
    const text =
      'name: p\npolicy: {access: {subjects: {tags: ["**"]}, predicates: ["**"], objects: {paths: ["/a/**"], tags: [x, [y, z]]}, allow: true}}';
    expect(ask(text, analyst, "get", object(["/a/b"], { tags: ["x"] })).effect).toBe("allow");
    expect(ask(text, analyst, "get", object(["/a/b"], { tags: ["y"] })).effect).toBe("deny");
    expect(ask(text, analyst, "get", object(["/a/b"], { tags: ["y", "z"] })).effect).toBe("allow");
    expect(ask(text, analyst, "get", object(["/b"], { tags: ["x"] })).effect).toBe("deny");
  });

  it("a condition that fails to evaluate makes an allow not match and a deny match, and is named", () => {
    const when = (allow: boolean): string => access("p", allow, '    conditions: ["object.level > 3"]');
    const everyone =
      'name: all\npolicy: {access: {subjects: {tags: ["**"]}, predicates: ["**"], objects: {paths: ["**"]}, allow: true}}\n---';
    const c = subject(["roles:id:c"]);
    expect(ask(when(true), c, "read", orders)).toMatchObject({
      effect: "deny",
      denyReason: "indeterminate",
      because: [],
      problems: ["rule p/0: no such attribute `object.level`"],
    });
    expect(ask(everyone + when(false), c, "read", orders)).toMatchObject({
      effect: "deny",
      denyReason: "indeterminate",
      because: [{ id: "p/0" }],
      problems: ["rule p/0: no such attribute `object.level`"],
    });
    expect(
      ask(everyone + when(false), c, "read", object(orders.paths as string[], { attributes: { level: "4" } })).problems,
    ).toEqual(["rule p/0: `object.level` is not a number"]);
    expect(
      ask(everyone + when(false), c, "read", object(orders.paths as string[], { attributes: { level: 3 } })).effect,
    ).toBe("allow");
  });

  it("rules hold from `from` until before `until`", () => {
    const text = access("p", true, "    from: 2026-01-01T00:00:00Z\n    until: 2026-02-01T00:00:00Z");
    const at = (time: string) => ask(text, subject(["roles:id:c"]), "read", orders, Date.parse(time)).effect;
    expect([
      at("2025-12-31T23:59:59Z"),
      at("2026-01-01T00:00:00Z"),
      at("2026-01-31T23:59:59Z"),
      at("2026-02-01T00:00:00Z"),
    ]).toEqual(["deny", "allow", "allow", "deny"]);
  });

  it("an allow beats a deny only in a collection that says so", () => {
    const text = `${access("p", true, "    collection: legacy")}\n---${access("q", false, "    collection: legacy")}`;
    const request = {
      subject: subject(["roles:id:c"]),
      predicate: "read",
      object: orders,
      context: { time: 0 },
      collection: "legacy",
    };
    expect(compilePolicies(documents(text)).policies.decide(request).effect).toBe("deny");
    expect(compilePolicies(documents(text), { allowOverrides: ["legacy"] }).policies.decide(request).effect).toBe(
      "allow",
    );
    expect(
      compilePolicies(documents(text), { allowOverrides: ["legacy"] }).policies.decide({
        ...request,
        collection: "default",
      }).effect,
    ).toBe("deny");
  });

  it("the version is of the content: order and places change nothing, words do", () => {
    const a = `${access("p", true)}---${access("q", false)}`;
    const b = `# moved\n${access("q", false)}---${access("p", true)}`;
    expect(compile(a).version).toBe(compile(b).version);
    expect(compile(a).version).not.toBe(compile(access("p", true)).version);
  });
});

describe("conditions", () => {
  const when = (condition: string, path = "dataos://lake:**"): string =>
    `name: p\npolicy: {access: {subjects: {tags: ["**"]}, predicates: ["**"], objects: {paths: ["${path}"]}, allow: true, conditions: [${JSON.stringify(condition)}]}}`;
  const holds = (
    condition: string,
    attributes: Subject["attributes"] = {},
    more: Partial<DecisionObject> = {},
    path?: string,
  ): string => {
    const decision = ask(
      when(condition, path),
      subject([], attributes),
      "read",
      object([path ?? "dataos://lake:a/b"], more),
      1_800_000_000_000,
    );
    return decision.problems[0] ?? decision.effect;
  };

  it("see subject, object, predicate and context", () => {
    expect(holds("subject.id == 'alice' && predicate == 'read'")).toBe("allow");
    expect(holds("'users:id:alice' in subject.tags")).toBe("allow");
    expect(holds("subject.tags.exists(t, t.startsWith('users:'))")).toBe("allow");
    expect(holds("context.time > timestamp('2026-01-01T00:00:00Z')")).toBe("allow");
    expect(holds("object.owner == subject.id", {}, { attributes: { owner: "alice" } })).toBe("allow");
    expect(holds("object.owner in subject.teams", { teams: ["x", "y"] }, { attributes: { owner: "y" } })).toBe("allow");
    expect(holds("'PII.Email' in object.tags", {}, { tags: ["PII.Email"] })).toBe("allow");
    expect(holds("!('PII.Email' in object.tags)", {}, { tags: ["PII.Email"] })).toBe("deny");
    expect(holds("object.name.startsWith('tmp_') || has(object.owner)", {}, { attributes: { owner: "x" } })).toBe(
      "allow",
    );
    expect(holds("object.secret", {}, { attributes: { secret: true } })).toBe("allow");
    expect(holds("object.limits.rows <= 10.5", {}, { attributes: { limits: { rows: 10 } } })).toBe("allow");
    expect(holds("object['owner'] != 'bob'", {}, { attributes: { owner: "alice" } })).toBe("allow");
  });

  it("null counts as missing", () => {
    expect(holds("department == 'x'", { department: null })).toBe("rule p/0: no such attribute `subject.department`");
    expect(holds("has(subject.department)", { department: null })).toBe("deny");
    expect(holds("object.owner == 'x'", {}, { attributes: { owner: null } })).toBe(
      "rule p/0: no such attribute `object.owner`",
    );
  });

  it("`matches` takes linear time", () => {
    const started = process.cpuUsage();
    expect(holds("name.matches('^(a+)+$')", { name: `${"a".repeat(2000)}!` })).toBe("deny");
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(2000);
  });

  it("may use all of CEL on the object where the rule is about paths of an API only", () => {
    expect(
      holds("object.name.endsWith('x') && size(object.paths) == 1", {}, { attributes: { name: "ax" } }, "/api/x"),
    ).toBe("allow");
  });

  it("are checked where they are written", () => {
    const fault = (condition: string): string => faults(when(condition))[0] ?? "none";
    expect(
      [
        "department ==",
        "department = 'x'",
        "department == 'x' and region == 'y'",
        "department == 'x' | region == 'y'",
        "department =~ 'x'",
        "departmnt(subject)",
        "user.department == 'x'",
        "'a' + 1 == 'b'",
        "context.ip > 5",
        "context.time == 'x'",
        "subject.id",
        "1 + 1",
        "object.name.endsWith('x')",
        "object.size + 1 > 3",
        "object.a == object.b",
        "object.x == null",
        "object.type == 'dataset'",
        "object.owner == 'a' ? true : false",
        "'a' in object.owners",
        "size(object.tags) > 1",
        "subject.name.matches('(?=x)')",
        "x.all(a, x.all(b, x.all(c, true)))",
        "!".repeat(3000),
      ].map(fault),
    ).toMatchInlineSnapshot(`
      [
        "p.yaml:2:131: unexpected token: EOF at character 14; the condition ends too early",
        "p.yaml:2:131: unexpected character: = at character 12, in \`=\`; write \`==\` to compare",
        "p.yaml:2:131: unexpected character: 'd' at character 19, in \`and\`; write \`&&\` for and",
        "p.yaml:2:131: unexpected character: | at character 19, in \`|\`; write \`||\` for or",
        "p.yaml:2:131: unexpected character: = at character 12, in \`=\`; write \`matches(…)\` for a pattern",
        "p.yaml:2:131: unknown function \`departmnt(subject)\` at character 1",
        "p.yaml:2:131: unknown root \`user\`; conditions know \`subject\`, \`object\`, \`context\` and \`predicate\`, and a subject's attribute with parts is written \`subject.user.department\`",
        "p.yaml:2:131: \`+\` does not take string and int at character 1, in \`'a' + 1\`",
        "p.yaml:2:131: \`>\` does not take string and int at character 1",
        "p.yaml:2:131: \`==\` does not take timestamp and string at character 1",
        "p.yaml:2:131: \`subject.id\` has the type string; expected a condition that is true or false",
        "p.yaml:2:131: \`1 + 1\` has the type int; expected a condition that is true or false",
        "p.yaml:2:131: \`endsWith\` at character 1 cannot be filtered by in stores; on stored objects use comparisons, \`in\`, \`startsWith\`, \`has\`, \`&&\`, \`||\` and \`!\`",
        "p.yaml:2:131: \`+\` at character 1 cannot be filtered by in stores; on stored objects use comparisons, \`in\`, \`startsWith\`, \`has\`, \`&&\`, \`||\` and \`!\`",
        "p.yaml:2:131: a comparison of the object with itself at character 1 cannot be filtered by in stores; on stored objects use comparisons, \`in\`, \`startsWith\`, \`has\`, \`&&\`, \`||\` and \`!\`",
        "p.yaml:2:131: an attribute that is null counts as missing; write \`!has(object.…)\` instead",
        "p.yaml:2:131: \`object.type\` cannot be compared in a rule on stored objects; use a tag like \`dataos:type:dataset\`, or \`"…" in object.tags\`",
        "p.yaml:2:131: \`?:\` at character 1 cannot be filtered by in stores; on stored objects use comparisons, \`in\`, \`startsWith\`, \`has\`, \`&&\`, \`||\` and \`!\`",
        "p.yaml:2:131: \`in\` on a list of the object other than \`object.tags\` and \`object.paths\` at character 1 cannot be filtered by in stores; on stored objects use comparisons, \`in\`, \`startsWith\`, \`has\`, \`&&\`, \`||\` and \`!\`",
        "p.yaml:2:131: \`size\` at character 1 cannot be filtered by in stores; on stored objects use comparisons, \`in\`, \`startsWith\`, \`has\`, \`&&\`, \`||\` and \`!\`",
        "p.yaml:2:131: pattern \`(?=x)\` is not an RE2 expression (invalid or unsupported Perl syntax: \`(?=\`); lookaheads and back references are not supported",
        "p.yaml:2:131: \`all\` is nested in 2 others; at most 2 levels are allowed",
        "p.yaml:2:131: the condition has 3000 characters; at most 2000 are allowed",
      ]
    `);
  });

  it("warn of attributes that nobody declared", () => {
    const { warnings } = compilePolicies(
      documents(when("department == 'x' && object.owner == 'y' && object.foo == 'z'")),
    );
    expect(warnings.map(formatProblem)).toMatchInlineSnapshot(`
      [
        "p.yaml:2:131: attribute \`object.foo\` is not declared, so its type is not checked",
        "p.yaml:2:131: attribute \`subject.department\` is not declared, so its type is not checked",
      ]
    `);
  });
});

describe("faults of policies", () => {
  it("are all found, each with its place, what was expected and the nearest word", () => {
    expect(
      faults(`
name: a
policy:
  type: data
  rules:
    - resorce: "urn:dataos:depot:sales"
      actions: []
      subjects: [alice]
      efect: deny
    - resource: sales
      actions: [read]
      subjects: ["roles:id:["]
      effect: maybe
      from: yesterday
---
name: b
policy:
  acess: {}
---
name: c
policy:
  access:
    subjects: {tags: []}
    predicates: read
    objects: {}
    allow: "yes"
    conditions: [{cidr_conditon: {name: ip, cidr: 10.0.0.0/8}}]
---
name: d
policy:
  data: {type: mask, priority: 0, selector: {user: {match: some, tags: [x]}}, mask: {operator: hsah}}
---
name: e
policy:
  data:
    type: mask
    selector: {user: {match: any, tags: [x]}, column: {names: [y]}}
    mask: {operator: regex_replace, regex_replace: {pattern: "[0-9](?!.*.{4})", replacement: "#"}}
---
name: a
policy: {access: {subjects: {tags: [x]}, predicates: [read], objects: {paths: ["/"]}}}
`),
    ).toMatchInlineSnapshot(`
      [
        "p.yaml:6:7: \`rules.0.resource\` is missing; expected a list",
        "p.yaml:6:16: unknown key \`resorce\`; did you mean \`resource\`? (allowed: \`name\`, \`description\`, \`reason\`, \`effect\`, \`resource\`, \`resources\`, \`actions\`, \`subjects\`, \`conditions\`, \`from\`, \`until\`)",
        "p.yaml:7:16: \`rules.0.actions\` is an empty list, which would match nothing; add an item or remove the rule",
        "p.yaml:8:18: \`alice\` is not a tag; write \`users:id:alice\` for a user or \`roles:id:alice\` for a role",
        "p.yaml:9:14: unknown key \`efect\`; did you mean \`effect\`? (allowed: \`name\`, \`description\`, \`reason\`, \`effect\`, \`resource\`, \`resources\`, \`actions\`, \`subjects\`, \`conditions\`, \`from\`, \`until\`)",
        "p.yaml:10:17: \`sales\` is not a resource; expected a URN like \`urn:dataos:depot:sales\`, an address like \`dataos://sales\` or an API path like \`/metis/**\`",
        "p.yaml:12:18: glob \`roles:id:[\`: \`[\` is not closed; add \`]\`, or write \`\\[\` for the character itself",
        "p.yaml:13:15: unknown effect \`maybe\` (allowed: \`allow\`, \`deny\`)",
        "p.yaml:14:13: \`yesterday\` is not a time; expected RFC 3339 like \`2026-01-31T08:00:00Z\`",
        "p.yaml:18:10: unknown key \`acess\`; did you mean \`access\`? (allowed: \`type\`, \`rules\`, \`access\`, \`data\`)",
        "p.yaml:23:22: \`access.subjects.tags\` is an empty list, which would match nothing; add an item or remove the rule",
        "p.yaml:25:14: \`objects\` names nothing; give \`paths\`, \`tags\` or both (\`paths: ["**"]\` is everything)",
        "p.yaml:26:12: \`access.allow\` is the text \`yes\`; expected \`true\` or \`false\`",
        "p.yaml:27:34: unknown condition \`cidr_conditon\`; did you mean \`cidr_condition\`? (allowed: \`cidr_condition\`, \`equals_subject_condition\`, \`string_equal_condition\`, \`string_match_condition\`, \`string_pairs_equal_condition\`); or write it in CEL, like \`context.ip.inCidr("10.0.0.0/8")\`",
        "p.yaml:31:32: priority \`0\` is not allowed; expected a whole number from 1 (strongest) to 100",
        "p.yaml:31:45: \`data.selector.column\` is missing; expected a mapping",
        "p.yaml:31:60: unknown match \`some\` (allowed: \`any\`, \`all\`)",
        "p.yaml:31:96: unknown operator \`hsah\`; did you mean \`hash\`? (allowed: \`redact\`, \`hash\`, \`rand_pattern\`, \`rand_regexify\`, \`regex_replace\`, \`bucket_number\`, \`bucket_date\`, \`pass_through\`)",
        "p.yaml:38:62: pattern \`[0-9](?!.*.{4})\` is not an RE2 expression (invalid or unsupported Perl syntax: \`(?!\`); of lookaheads only \`X(?=.*.{n})\` for one character X is supported, anything else is written without, e.g. \`^(.*)(.{4})$\` with the replacement \`####$2\`",
        "p.yaml:41:9: policy \`a\` is given twice, also in p.yaml; choose another name",
      ]
    `);
  });
});

describe("grants", () => {
  const words = `
id: data
name: data
authorization_atoms:
  - {id: read-dataset, predicate: read, paths: ["dataos://\${depot}:\${collection}/\${dataset}"]}
  - {id: ui, predicate: get, paths: ["/ui/**"]}
---
id: read-dataset
name: read a dataset
category: data
authorization_atoms: [read-dataset, ui]
---
`;
  const grant = (more: string): string => `${words}
name: bob-reads
grant:
  policy_use_case_id: read-dataset
  subjects: [users:id:alice]
${more}`;
  const stock = object(["dataos://lake:sales/stock"]);

  it("are allow rules named after the grant, once approved, until they expire", () => {
    const values = "  values: {read-dataset: [{depot: lake, collection: sales, dataset: stock}]}";
    expect(ask(grant(values), subject([]), "read", stock).effect).toBe("deny");
    const decision = ask(grant(`${values}\n  approve: true`), subject([]), "read", stock);
    expect(decision.because).toMatchObject([{ id: "grant/bob-reads/0", policy: "bob-reads" }]);
    expect(ask(grant(`${values}\n  approve: true`), subject([]), "get", object(["/ui/x"])).effect).toBe("allow");
    expect(
      ask(
        grant(`${values}\n  approve: true\n  until: 2026-01-01T00:00:00Z`),
        subject([]),
        "read",
        stock,
        Date.parse("2026-01-02T00:00:00Z"),
      ).effect,
    ).toBe("deny");
  });

  it("name what is missing", () => {
    expect(faults(grant("  approve: true"))).toMatchInlineSnapshot(`
      [
        "p.yaml:16:3: atom \`read-dataset\` needs values for \`collection\`, \`dataset\`, \`depot\`; give them under \`values.read-dataset\`",
      ]
    `);
    expect(faults(grant("  values: {read-datset: [{depot: lake}]}"))).toMatchInlineSnapshot(`
      [
        "p.yaml:16:3: atom \`read-dataset\` needs values for \`collection\`, \`dataset\`, \`depot\`; give them under \`values.read-dataset\`",
        "p.yaml:18:25: unknown atom of this use-case \`read-datset\`; did you mean \`read-dataset\`? (allowed: \`read-dataset\`, \`ui\`)",
      ]
    `);
    expect(faults(grant("  values: {read-dataset: [{depot: lake, collection: a, datset: x}]}"))).toMatchInlineSnapshot(`
      [
        "p.yaml:18:26: atom \`read-dataset\` needs a value for \`dataset\`",
        "p.yaml:18:26: unknown variable of atom \`read-dataset\` \`datset\`; did you mean \`dataset\`? (allowed: \`collection\`, \`dataset\`, \`depot\`)",
      ]
    `);
    expect(
      faults(grant("").replace("policy_use_case_id: read-dataset", "policy_use_case_id: read-datset")),
    ).toMatchInlineSnapshot(`
      [
        "p.yaml:16:23: unknown use-case \`read-datset\`; did you mean \`read-dataset\`? (allowed: \`read-dataset\`)",
      ]
    `);
  });
});

describe("data policies", () => {
  const everyone =
    'name: all\npolicy: {access: {subjects: {tags: ["**"]}, predicates: ["**"], objects: {paths: ["**"]}, allow: true}}\n---';
  const mask = (
    name: string,
    priority: number,
    operator: string,
    column: string,
    scope = "",
    user = "roles:id:user",
  ): string => `
name: ${name}
policy:
  data: {type: mask, priority: ${priority}, ${scope} selector: {user: {match: any, tags: ["${user}"]}, column: ${column}}, mask: {operator: ${operator}}}
---`;
  const filter = (name: string, value: string, more = ""): string => `
name: ${name}
policy:
  data: {type: filter, dataset_id: lake.sales.orders, selector: {user: {match: any, tags: ["roles:id:user"]}}, filters: [{column: region, operator: equals, ${value}}]${more}}
---`;
  const columns = [
    { name: "Email", dataType: "text", tags: ["PII.Email"] },
    { name: "id", dataType: "int", tags: [] },
  ];
  const orders = object(["urn:dataos:dataset:lake:db/sales/orders"], { columns });
  const who = subject(["roles:id:user"], { region: "EMEA" });
  const masks = (text: string, what = orders, predicate = "select"): Record<string, string> =>
    Object.fromEntries(
      Array.from(
        ask(everyone + text.replace(/---$/, ""), who, predicate, what).obligations.masks,
        ([name, { policy }]) => [name, policy],
      ),
    );

  it("mask columns by tag or name, without regard to the case of names", () => {
    expect(masks(mask("m", 10, "redact", '{tags: ["PII.*"]}'))).toEqual({ Email: "m" });
    expect(masks(mask("m", 10, "redact", "{names: [EMAIL, ID]}"))).toEqual({ Email: "m", id: "m" });
    expect(masks(mask("m", 10, "redact", "{names: [email]}", "", "roles:id:other"))).toEqual({});
    expect(masks(mask("m", 10, "redact", "{names: [email]}"), orders, "write")).toEqual({});
    expect(masks(mask("m", 10, "redact", "{names: [email]}"), object([...orders.paths]))).toEqual({});
  });

  it("hold in their scope only", () => {
    const scoped = (scope: string): boolean => "Email" in masks(mask("m", 10, "redact", "{names: [email]}", scope));
    expect(
      [
        "depot: lake,",
        "depot: lake, collection: sales, dataset: orders,",
        "collection: db.sales,",
        "dataset: ord*,",
        "dataset_id: lake.sales.orders,",
      ].map(scoped),
    ).toEqual([true, true, true, true, true]);
    expect(
      ["depot: other,", "depot: lake, collection: hr,", "dataset: order,", "dataset_id: lake.db.orders,"].map(scoped),
    ).toEqual([false, false, false, false]);
  });

  it("the lower priority number wins, then the more restrictive mask, then the name", () => {
    const email = "{names: [email]}";
    expect(masks(mask("weak", 10, "pass_through", email) + mask("strong", 99, "redact", email))).toEqual({});
    expect(masks(mask("a", 50, "hash", email) + mask("b", 50, "redact", email))).toEqual({ Email: "b" });
    expect(masks(mask("b", 50, "hash", email) + mask("a", 50, "hash", email))).toEqual({ Email: "a" });
  });

  it("filters are ANDed, permissive ones ORed among themselves", () => {
    const text =
      filter("a", "value: EMEA") +
      filter("b", "value: APAC", ", permissive: true") +
      filter("c", "value: AMER", ", permissive: true");
    const { rowFilter } = ask(everyone + text.replace(/---$/, ""), who, "select", orders).obligations;
    expect(rowFilter?.all.map(({ policy }) => policy)).toEqual(["a"]);
    expect(rowFilter?.any.map(({ comparisons }) => comparisons[0]?.value)).toEqual(["APAC", "AMER"]);
  });

  it("a filter by an attribute that the subject has not denies the read", () => {
    const text = everyone + filter("f", "valueFrom: {user_attribute: region}").replace(/---$/, "");
    expect(ask(text, who, "select", orders).obligations.rowFilter?.all[0]?.comparisons[0]?.value).toBe("EMEA");
    expect(ask(text, subject(["roles:id:user"]), "select", orders)).toMatchObject({
      effect: "deny",
      denyReason: "indeterminate",
      problems: ["row filter f: no such attribute `subject.region`"],
    });
  });
});
