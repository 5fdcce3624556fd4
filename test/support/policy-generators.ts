import fc from "fast-check";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import type { Attributes, DecisionObject, Subject } from "../../src/shared/decision.ts";

/** A policy document without places. */
export function policyDocument(name: string, spec: unknown, kind: PolicyDocument["kind"] = "policy"): PolicyDocument {
  return { kind, name, file: `${name}.yaml`, spec, positions: new Map() };
}

const tagGlobs = fc.constantFrom(
  "roles:id:a",
  "roles:id:b",
  "roles:id:*",
  "users:**",
  "roles:id:[a-b]",
  "roles:id:[!a]",
  "**",
  "group:{x,y}",
);
const predicates = fc.constantFrom("read", "write", "{read,select}", "**", "*", "re*", "Select");
const pathGlobs = fc.constantFrom(
  "dataos://lake:sales/orders",
  "dataos://lake:sales/*",
  "dataos://lake:**",
  "dataos://{lake,pond}:**",
  "urn:dataos:dataset:lake:**",
  "urn:dataos:**:orders",
  "**",
  "dataos://pond:?ales/o*",
  "dataos://lake:sales/o*",
  "dataos://lake:sales/orders#{id,**}",
  "dataos://lake:sales/orders?acl=r",
  "dataos://lake:shop.sales/*",
  "/metis/*",
  "/metis/**",
  "/metis/a\\*",
);
const apiGlobs = fc.constantFrom("/metis/*", "/metis/**", "/**", "/metis/a\\*", "/metis/[a-z]?");
const objectTags = fc.constantFrom("PII.Email", "PII.*", "dataos:type:entity", "dataos:**", "secret", "**");
const resources = fc.constantFrom(
  "urn:dataos:depot:lake",
  "urn:dataos:depot:*",
  "urn:dataos:dataset:lake:sales/orders",
  "urn:dataos:dataset:lake:sales/orders#id",
  "urn:dataos:database:lake:shop",
  "urn:dataos:schema:lake:shop/sales",
  "urn:dataos:dataset:lake:shop/sales/orders",
  "dataos://pond",
  "dataos://lake:sales?acl=rw",
  "/metis/**",
  "*",
);
/** What every store can filter by; lists of them are read by the naive evaluator as well. */
const storedConditions = fc.constantFrom(
  "department == 'sales'",
  "subject.level >= 2",
  "object.owner == subject.id",
  "object.owner != 'alice'",
  "!(object.rows > 10)",
  "object.rows < 10 || object.live",
  "has(object.owner) && object.owner.startsWith('a')",
  "object.owner in ['alice', 'bob']",
  "!(object.owner in subject.teams)",
  "'PII.Email' in object.tags",
  "!('dataos:type:entity' in object.tags)",
  "'dataos://lake:sales/orders' in object.paths",
  "object.rows == 10 && department != 'hr'",
  "object.nested.deep >= 1",
  "context.ip.startsWith('10.')",
  "predicate == 'read' || object.live",
  "size(subject.tags) > 2",
  "object.owner < department",
  "context.time < timestamp('2026-03-01T00:00:00Z')",
  "subject.tags.exists(tag, tag.startsWith('roles:id:'))",
  "subject.tags.all(t, t.contains(':')) && subject.type == 'person'",
  "subject.id.matches('^a.*e$') || object.live",
  "department == 'hr' ? context.ip == '10.0.0.1' : true",
  "object.owner == context['who']",
  "'users:id:' + context.who in subject.tags",
);
/** All of CEL on the object, for rules on paths of APIs. */
const anyConditions = fc.oneof(
  storedConditions,
  fc.constantFrom(
    "object.owner.endsWith('e')",
    "object.owner == subject.id && size(object.tags) > 0",
    "object.tags.exists(tag, tag.matches('^PII[.]')) || predicate == 'write'",
    "object.paths.all(path, path.contains('metis'))",
    "object.live ? department == 'sales' : true",
    "object.rows > 4 && object.rows <= 10",
    "has(object.nested.deep) && object.owner != department",
    "object.id == 'o1' || object.type == 'thing'",
    "size(object.owner) > 3",
  ),
);
const vendorConditions = fc.constantFrom(
  { cidr_condition: { name: "ip", cidr: "10.0.0.0/8" } },
  { cidr_condition: { name: "clientIP", cidr: "192.168.0.0/31" } },
  { equals_subject_condition: { name: "who" } },
  { string_equal_condition: { name: "env", expected_value: "dev" } },
  { string_match_condition: { name: "env", match_regular_expression: "^(dev|test)$" } },
  { string_pairs_equal_condition: { name: "pairs" } },
  { string_equal_condition: { name: "env", expected_value: "prod" }, equals_subject_condition: { name: "who" } },
);
const withVendor = (cel: fc.Arbitrary<string>) =>
  fc.array(fc.oneof({ weight: 3, arbitrary: cel }, { weight: 1, arbitrary: vendorConditions }), { maxLength: 2 });
/** Around the times that are asked at. */
const window = fc.constantFrom(
  {},
  {},
  { until: "2026-01-01T00:00:00Z" },
  { until: "2027-01-01T00:00:00+01:00" },
  { from: "2026-06-01T00:00:00Z" },
  { from: "2026-01-01T00:00:00Z", until: "2026-06-01T00:00:00Z" },
  { from: "2026-06-01T00:00:00.001Z" },
);
const collection = fc.constantFrom({}, {}, { collection: "default" }, { collection: "finance" });

const ofObjects = (paths: fc.Arbitrary<string[] | undefined>) =>
  fc.record({
    paths,
    tags: fc.option(
      fc.array(fc.oneof(objectTags, fc.array(objectTags, { minLength: 1, maxLength: 2 })), {
        minLength: 1,
        maxLength: 2,
      }),
      { nil: undefined },
    ),
  });
const subjectTags = fc.array(fc.oneof(tagGlobs, fc.array(tagGlobs, { minLength: 1, maxLength: 2 })), {
  minLength: 1,
  maxLength: 3,
});
const listOf = (globs: fc.Arbitrary<string>) => fc.array(globs, { minLength: 1, maxLength: 2 });
const accessOf = (paths: fc.Arbitrary<string[] | undefined>, cel: fc.Arbitrary<string>, allow: fc.Arbitrary<boolean>) =>
  fc
    .record({
      subjects: subjectTags,
      predicates: fc.array(predicates, { minLength: 1, maxLength: 2 }),
      objects: ofObjects(paths),
      allow,
      conditions: withVendor(cel),
      window,
      collection,
    })
    .map(({ subjects, objects, window: limits, collection: where, ...rest }) => ({
      access: { ...rest, subjects: { tags: subjects }, objects: writtenObjects(objects), ...limits, ...where },
    }));

/** Globs as a document has them: one of paths and tags at least. */
function writtenObjects({ paths, tags }: { paths: unknown; tags: unknown }): Record<string, unknown> {
  return { ...(paths || !tags ? { paths: paths ?? ["**"] } : {}), ...(tags ? { tags } : {}) };
}

const anyAccess = (allow: fc.Arbitrary<boolean>) =>
  fc.oneof(
    { weight: 4, arbitrary: accessOf(fc.option(listOf(pathGlobs), { nil: undefined }), storedConditions, allow) },
    // rules on paths of APIs only may look at the object with all of CEL
    { weight: 1, arbitrary: accessOf(listOf(apiGlobs), anyConditions, allow) },
  );
const accessSpec = anyAccess(fc.boolean());

const rulesSpec = fc
  .record({
    rules: fc.array(
      fc
        .record({
          resources: fc.array(resources, { minLength: 1, maxLength: 2 }),
          actions: fc.array(predicates, { minLength: 1, maxLength: 2 }),
          subjects: fc.array(fc.constantFrom("roles:id:a", "users:dataos:b", "*", "users:id:alice"), {
            minLength: 1,
            maxLength: 2,
          }),
          conditions: withVendor(storedConditions),
          effect: fc.constantFrom({}, { effect: "allow" }, { effect: "deny" }),
          window,
          reason: fc.constantFrom({}, { reason: "because of the law" }),
        })
        .map(({ window: limits, effect, reason, ...rest }) => ({ ...rest, ...effect, ...limits, ...reason })),
      { minLength: 1, maxLength: 3 },
    ),
    collection,
  })
  .map(({ rules, collection: where }) => ({ type: "data", rules, ...where }));

/** An atom with the values that its variables can have. */
const atoms = {
  "read-dataset": {
    atom: { predicate: "read", paths: ["dataos://${depot}:${collection}/*"] },
    values: { depot: ["lake", "pond", "{lake,pond}"], collection: ["sales", "*", "other"] },
  },
  "use-tagged": {
    atom: { predicates: ["read", "write"], tags: [["dataos:type:entity", "${tag}"]] },
    values: { tag: ["PII.Email", "PII.*", "secret"] },
  },
  "read-table": {
    atom: { predicate: "{read,select}", paths: ["urn:dataos:dataset:lake:${table}"], tags: ["**"] },
    values: { table: ["sales/orders", "shop/sales/orders", "**"] },
  },
  "own-lake": {
    atom: {
      predicate: "**",
      paths: ["dataos://lake:**"],
      conditions: ["object.owner == subject.id", { cidr_condition: { name: "ip", cidr: "10.0.0.0/8" } }],
    },
    values: {},
  },
} as const;

/** Providers, a use-case with fixed and open values, and grants of it. */
const grants: fc.Arbitrary<PolicyDocument[]> = fc
  .record({
    uses: fc.subarray(Object.keys(atoms) as (keyof typeof atoms)[], { minLength: 1 }),
    // by variable: whether the use-case fixes it, and which of its values are meant
    draws: fc.array(fc.record({ isFixed: fc.boolean(), from: fc.nat(2), count: fc.integer({ min: 1, max: 2 }) }), {
      minLength: 5,
      maxLength: 5,
    }),
    grants: fc.array(
      fc
        .record({
          subjects: subjectTags,
          approve: fc.constantFrom({ approve: true }, { approve: true }, { approve: false }, {}),
          window,
          collection,
          notes: fc.constantFrom({}, { notes: "for the audit" }),
        })
        .map(({ subjects, approve, window: limits, collection: where, notes }) => ({
          policy_use_case_id: "use",
          subjects,
          ...approve,
          ...limits,
          ...where,
          ...notes,
        })),
      { minLength: 1, maxLength: 2 },
    ),
  })
  .map(({ uses, draws, grants: specs }) => {
    const left = [...draws];
    const fixed: { authorization_atom_id: string; variable_values: Record<string, string>[] }[] = [];
    const open: Record<string, Record<string, string>[]> = {};
    for (const atom of uses) {
      const sets = { fixed: [{}, {}] as Record<string, string>[], open: [{}, {}] as Record<string, string>[] };
      let counts = { fixed: 1, open: 1 };
      for (const [variable, values] of Object.entries(atoms[atom].values)) {
        const { isFixed, from, count } = left.pop() ?? { isFixed: true, from: 0, count: 1 };
        const side = isFixed ? "fixed" : "open";
        counts = { ...counts, [side]: count };
        for (const [at, set] of sets[side].entries()) set[variable] = values[(from + at) % values.length] ?? "";
      }
      const taken = (side: "fixed" | "open"): Record<string, string>[] =>
        Object.keys(sets[side][0] ?? {}).length === 0 ? [] : sets[side].slice(0, counts[side]);
      if (taken("fixed").length > 0) fixed.push({ authorization_atom_id: atom, variable_values: taken("fixed") });
      if (taken("open").length > 0) open[atom] = taken("open");
    }
    const provider = {
      id: "prov",
      authorization_atoms: Object.entries(atoms).map(([id, { atom }]) => ({ id, description: "", ...atom })),
    };
    const useCase = {
      id: "use",
      name: "use",
      authorization_atoms: uses,
      ...(fixed.length > 0 ? { values: fixed } : {}),
    };
    return [
      policyDocument("prov", provider, "provider"),
      policyDocument("use", useCase, "use-case"),
      ...specs.map((spec, at) =>
        policyDocument(`g${at}`, { ...spec, ...(Object.keys(open).length > 0 ? { values: open } : {}) }, "grant"),
      ),
    ];
  });

const scope = fc.constantFrom(
  {},
  {},
  { depot: "lake" },
  { depot: "{lake,pond}", collection: "sales" },
  { dataset: "o*" },
  { collection: "shop.sales" },
  { dataset_id: "lake.sales.orders" },
  { dataset_id: "lake.shop.sales.orders" },
);
const users = fc.record({
  match: fc.constantFrom("any", "all"),
  tags: fc.array(tagGlobs, { minLength: 1, maxLength: 2 }),
});
const masks = fc.constantFrom(
  { operator: "redact" },
  { operator: "redact", redact: { replacement: "gone" } },
  { operator: "hash", hash: { algo: "sha256" } },
  { operator: "rand_pattern", rand_pattern: { pattern: "##-##" } },
  { operator: "rand_regexify", rand_regexify: { pattern: "[a-z]{2}" } },
  { operator: "regex_replace", regex_replace: { pattern: "[0-9]", replacement: "#" } },
  { operator: "bucket_number", bucket_number: { buckets: [10] } },
  { operator: "bucket_date", bucket_date: { precision: "month" } },
  { operator: "pass_through" },
);
const dataBase = {
  priority: fc.constantFrom({}, { priority: 1 }, { priority: 50 }, { priority: 99 }),
  scope,
  isArchived: fc.constantFrom({}, {}, {}, { isArchived: true }),
};
const maskSpec = fc
  .record({
    ...dataBase,
    users,
    column: fc
      .record({
        tags: fc.option(fc.array(fc.constantFrom("PII.*", "PII.Email", "**"), { minLength: 1, maxLength: 2 })),
        names: fc.option(fc.array(fc.constantFrom("email", "ID", "Total"), { minLength: 1, maxLength: 2 })),
      })
      .filter(({ tags, names }) => tags !== null || names !== null)
      .map(({ tags, names }) => ({ ...(tags ? { tags } : {}), ...(names ? { names } : {}) })),
    mask: masks,
  })
  .map(({ priority, scope: where, isArchived, users: user, column, mask }) => ({
    data: { type: "mask", ...priority, ...where, ...isArchived, selector: { user, column }, mask },
  }));
const filterSpec = fc
  .record({
    ...dataBase,
    users,
    permissive: fc.constantFrom({}, { permissive: true }, { permissive: false }),
    filters: fc.array(
      fc
        .record({
          column: fc.constantFrom("country", "total"),
          operator: fc.constantFrom("equals", "not_equals"),
          value: fc.constantFrom(
            { value: "DE" },
            { value: 7 },
            { value: true },
            { valueFrom: { user_attribute: "department" } },
          ),
        })
        .map(({ value, ...rest }) => ({ ...rest, ...value })),
      { minLength: 1, maxLength: 2 },
    ),
  })
  .map(({ priority, scope: where, isArchived, users: user, permissive, filters }) => ({
    data: { type: "filter", ...priority, ...where, ...isArchived, selector: { user }, ...permissive, filters },
  }));

const toDocuments = (specs: readonly unknown[]): PolicyDocument[] =>
  specs.map((spec, index) => policyDocument(`p${index}`, spec));

/** Policies of every spelling that says who may do what: rules of both, and grants of use-cases. */
export const policies: fc.Arbitrary<PolicyDocument[]> = fc
  .tuple(
    fc.array(fc.oneof(accessSpec, rulesSpec), { minLength: 1, maxLength: 6 }).map(toDocuments),
    fc.oneof({ weight: 3, arbitrary: fc.constant<PolicyDocument[]>([]) }, { weight: 2, arbitrary: grants }),
  )
  .map((parts) => parts.flat());

/** The same beside masks and row filters. */
export const dataPolicies: fc.Arbitrary<PolicyDocument[]> = fc
  .tuple(
    policies,
    fc
      .array(fc.oneof(maskSpec, filterSpec), { minLength: 1, maxLength: 6 })
      .map((specs) => specs.map((spec, index) => policyDocument(`d${index}`, spec))),
  )
  .map((parts) => parts.flat());

/** One more policy, a deny. */
export const denyPolicy: fc.Arbitrary<PolicyDocument> = anyAccess(fc.constant(false)).map((spec) =>
  policyDocument("extra-deny", spec),
);

const attributes = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Attributes> =>
  fc.record(fields, { requiredKeys: [] }).map((record) => record as Attributes);

/** Subjects with and without the attributes that the conditions read, of right and wrong types. */
export const subjects: fc.Arbitrary<Subject> = fc
  .record({
    id: fc.constantFrom("alice", "bob"),
    tags: fc.uniqueArray(fc.constantFrom("roles:id:a", "roles:id:b", "group:x", "users:dataos:b"), { maxLength: 3 }),
    attributes: attributes({
      department: fc.constantFrom("sales", "hr", null),
      level: fc.constantFrom(1, 2, "2"),
      teams: fc.constantFrom(["alice"], ["bob", "carol"], "alice", []),
    }),
  })
  .map(({ id, tags, attributes: known }) => ({
    id,
    type: "person",
    tags: [`users:id:${id}`, ...tags],
    attributes: known,
  }));

/** Objects with and without the attributes that the conditions read, of right and wrong types. */
export const objects: fc.Arbitrary<DecisionObject> = fc.record({
  paths: fc.subarray(
    [
      "dataos://lake:sales/orders",
      "dataos://lake:sales/orders#id",
      "dataos://lake:shop.sales/orders",
      "dataos://pond:sales/other",
      "urn:dataos:dataset:lake:sales/orders",
      "urn:dataos:dataset:lake:shop/sales/orders#id",
      "urn:dataos:depot:lake",
      "urn:dataos:resource:depot:lake",
    ],
    { maxLength: 3 },
  ),
  tags: fc.subarray(["PII.Email", "dataos:type:entity", "secret"]),
  attributes: attributes({
    owner: fc.constantFrom("alice", "bob", "zoe", "", 7, null),
    rows: fc.constantFrom(5, 10, 15, "10", true),
    live: fc.constantFrom(true, false, "true"),
    nested: fc.constantFrom({ deep: 1 }, { deep: 0 }, {}, { deep: null }, "x"),
  }),
});

/** Objects as single questions name them: also paths of APIs, how a depot is opened, an id, a type. */
export const namedObjects: fc.Arbitrary<DecisionObject> = fc
  .tuple(
    objects,
    fc.constantFrom({}, { id: "o1" }, { id: "o2", type: "thing" }),
    fc.constantFrom([], [], ["/metis/a*"], ["/metis/ab", "/metis/x/y"]),
    fc.boolean(),
  )
  .map(([object, more, api, isOpened]) => ({
    ...object,
    ...more,
    paths: [
      ...object.paths.map((path) => (isOpened ? path.replace(/^(dataos:[^#]*)(#|$)/, "$1?acl=r$2") : path)),
      ...api,
    ],
  }));

const columns = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("id", "Email", "total", "free"),
    dataType: fc.constant("text"),
    tags: fc.subarray(["PII.Email", "PII.Name"]),
  }),
  { selector: ({ name }) => name, maxLength: 3 },
);
/** Objects whose columns are known, so that masks and row filters bind. */
export const datasets: fc.Arbitrary<DecisionObject> = fc
  .tuple(namedObjects, columns)
  .map(([object, known]) => ({ ...object, columns: known }));

export const askedPredicates: fc.Arbitrary<string> = fc.constantFrom("read", "write", "select", "READ");
/** Before, at and after the times that rules begin and end at, with and without what conditions read. */
export const contexts: fc.Arbitrary<Attributes & { readonly time: number }> = fc
  .record({
    time: fc.constantFrom(
      "2025-12-31T23:59:59.999Z",
      "2026-01-01T00:00:00Z",
      "2026-06-01T00:00:00Z",
      "2026-06-01T00:00:00Z",
      "2026-12-31T23:00:00Z",
    ),
    more: attributes({
      ip: fc.constantFrom("10.0.0.1", "192.168.0.1", "::ffff:10.0.0.1", "no address"),
      clientIP: fc.constantFrom("192.168.0.1", "192.168.0.2", 7),
      who: fc.constantFrom("alice", "users:id:bob", 7, null),
      env: fc.constantFrom("dev", "prod", "xdev", 7),
      pairs: fc.constantFrom([["a", "a"]], [["a", "b"]], [], "a"),
    }),
  })
  .map(({ time, more }) => ({ ...more, time: Date.parse(time) }));
/** In which collection a question is asked. */
export const askedCollections: fc.Arbitrary<{ readonly collection?: string }> = fc.constantFrom(
  {},
  {},
  { collection: "default" },
  { collection: "finance" },
  { collection: "nowhere" },
);
