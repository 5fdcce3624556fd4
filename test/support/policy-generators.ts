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
  "roles:id:[ab]",
  "**",
  "group:{x,y}",
);
const predicates = fc.constantFrom("read", "write", "{read,select}", "**", "re*");
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
);
const objectTags = fc.constantFrom("PII.Email", "PII.*", "dataos:type:entity", "dataos:**", "secret", "**");
const resources = fc.constantFrom(
  "urn:dataos:depot:lake",
  "urn:dataos:depot:*",
  "urn:dataos:dataset:lake:sales/orders",
  "dataos://pond",
  "*",
);
const conditions = fc.constantFrom(
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
);

const accessSpec = fc
  .record({
    subjects: fc.array(fc.oneof(tagGlobs, fc.array(tagGlobs, { minLength: 1, maxLength: 2 })), {
      minLength: 1,
      maxLength: 3,
    }),
    predicates: fc.array(predicates, { minLength: 1, maxLength: 2 }),
    paths: fc.option(fc.array(pathGlobs, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    tags: fc.option(
      fc.array(fc.oneof(objectTags, fc.array(objectTags, { minLength: 1, maxLength: 2 })), {
        minLength: 1,
        maxLength: 2,
      }),
      { nil: undefined },
    ),
    allow: fc.boolean(),
    conditions: fc.array(conditions, { maxLength: 2 }),
    until: fc.option(fc.constantFrom("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), { nil: undefined }),
  })
  .map(({ subjects, paths, tags, until, ...rest }) => ({
    access: {
      ...rest,
      subjects: { tags: subjects },
      objects: { ...(paths || !tags ? { paths: paths ?? ["**"] } : {}), ...(tags ? { tags } : {}) },
      ...(until ? { until } : {}),
    },
  }));

const rulesSpec = fc
  .array(
    fc.record({
      resources: fc.array(resources, { minLength: 1, maxLength: 2 }),
      actions: fc.array(predicates, { minLength: 1, maxLength: 2 }),
      subjects: fc.array(fc.constantFrom("roles:id:a", "users:dataos:b", "*", "users:id:alice"), {
        minLength: 1,
        maxLength: 2,
      }),
      conditions: fc.array(conditions, { maxLength: 2 }),
      effect: fc.constantFrom("allow", "deny"),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((rules) => ({ type: "data", rules }));

/** Policies of both spellings of access rules. */
export const policies: fc.Arbitrary<PolicyDocument[]> = fc
  .array(fc.oneof(accessSpec, rulesSpec), { minLength: 1, maxLength: 6 })
  .map((specs) => specs.map((spec, index) => policyDocument(`p${index}`, spec)));

/** One more policy, a deny. */
export const denyPolicy: fc.Arbitrary<PolicyDocument> = accessSpec.map((spec) =>
  policyDocument("extra-deny", { access: { ...spec.access, allow: false } }),
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
  paths: fc.subarray([
    "dataos://lake:sales/orders",
    "dataos://lake:sales/orders#id",
    "dataos://pond:sales/other",
    "urn:dataos:dataset:lake:sales/orders",
    "urn:dataos:depot:lake",
  ]),
  tags: fc.subarray(["PII.Email", "dataos:type:entity", "secret"]),
  attributes: attributes({
    owner: fc.constantFrom("alice", "bob", "zoe", "", 7, null),
    rows: fc.constantFrom(5, 10, 15, "10", true),
    live: fc.constantFrom(true, false, "true"),
    nested: fc.constantFrom({ deep: 1 }, { deep: 0 }, {}, { deep: null }, "x"),
  }),
});

export const askedPredicates: fc.Arbitrary<string> = fc.constantFrom("read", "write", "select", "READ");
export const contexts = fc
  .constantFrom("10.0.0.1", "192.168.0.1", undefined)
  .map((ip) => ({ time: Date.parse("2026-06-01T00:00:00Z"), ...(ip === undefined ? {} : { ip }) }));
