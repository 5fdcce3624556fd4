import fc from "fast-check";
import type { AttributeValue } from "../../src/shared/decision.ts";
import type { FilteredObject, ObjectFilter } from "../../src/shared/object-filter.ts";

const words = ["a", "b", "ab", "A", "", "é", "𝔘", "\ud7ff", "\ue000", "a.b", "a\u0001b", 'q"t', "x*y", "50%", "_"];
const attributeNames = ["owner", "rows", "a", "a.b", "", "a.", "list.0", "list.length", "own\u0001er", "live"];

const paths = fc.oneof(
  fc.constantFrom(
    "urn:dataos:dataset:lake:sales/orders",
    "urn:dataos:dataset:lake:sales/orders#id",
    "urn:dataos:dataset:pond:sales",
    "dataos://lake:sales/orders",
    "dataos://lake",
    "",
    "/",
    'a"b<c>&d~e@f#g',
  ),
  fc.array(fc.constantFrom(...words, ":", "/", "//"), { maxLength: 6 }).map((parts) => parts.join("")),
);
const tags = fc.oneof(
  fc.constantFrom("PII.Email", "PII", "dataos:type:entity", "roles:id:a", ""),
  fc.array(fc.constantFrom(...words, ":"), { maxLength: 4 }).map((parts) => parts.join("")),
);
const scalars: fc.Arbitrary<string | number | boolean> = fc.oneof(
  fc.constantFrom(...words, "alice", "10", "true"),
  fc.constantFrom(0, -0, 1, -1, 10, 1.5, -1.5, 1e300, -1e300, 5e-324, Number.MAX_SAFE_INTEGER),
  fc.boolean(),
);
const values: fc.Arbitrary<AttributeValue> = fc.oneof(
  { weight: 5, arbitrary: scalars },
  fc.constant(null),
  fc.array(scalars, { maxLength: 2 }),
  fc.dictionary(fc.constantFrom("b", "", "c", "b.c"), scalars, { maxKeys: 2 }),
);

/** Objects with what is hard to filter by: empty and foreign text, nested attributes, names with dots, numbers of every size. */
export const filteredObjects: fc.Arbitrary<FilteredObject> = fc.record({
  paths: fc.array(paths, { maxLength: 3 }),
  tags: fc.array(tags, { maxLength: 3 }),
  attributes: fc.dictionary(fc.constantFrom("owner", "rows", "a", "a.b", "", "list", "own\u0001er", "live"), values, {
    maxKeys: 4,
  }),
});

const globs = fc.oneof(
  fc.constantFrom(
    "**",
    "*",
    "",
    "?",
    "urn:dataos:dataset:lake:**",
    "urn:dataos:**:orders",
    "urn:**:sales/*",
    "dataos://{lake,pond}:**",
    "dataos://lake:?ales/o*",
    "[a-c]*",
    "[!a]**",
    "{a,b,}",
    'a"b<c>&d~e@f#g',
    '*"*',
    "**#**",
    "PII.*",
    "\\*",
    "x\\*y",
    "[:]",
    "a:**:b",
    "**/**",
  ),
  fc
    .array(fc.constantFrom("a", "b", "é", "𝔘", ":", "/", "*", "**", "?", "[ab]", "[!b]", "{a,ab}", '"', "."), {
      maxLength: 5,
    })
    .map((parts) => parts.join("")),
);

/** Filters of every form over `filteredObjects`. */
export const objectFilters: fc.Arbitrary<ObjectFilter> = fc.letrec<{ filter: ObjectFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthSize: "medium" },
    fc.constantFrom<ObjectFilter>({ op: "all" }, { op: "none" }),
    globs.map((glob): ObjectFilter => ({ op: "path", glob })),
    globs.map((glob): ObjectFilter => ({ op: "tag", glob })),
    fc.constantFrom(...attributeNames).map((attribute): ObjectFilter => ({ op: "hasAttribute", attribute })),
    fc.record({
      op: fc.constant("compare" as const),
      attribute: fc.constantFrom(...attributeNames),
      comparison: fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge"),
      value: scalars,
    }),
    fc.record({
      op: fc.constant("startsWith" as const),
      attribute: fc.constantFrom(...attributeNames),
      prefix: fc.constantFrom("", "a", "al", "é", "𝔘", "\ud7ff"),
    }),
    fc.record({
      op: fc.constantFrom("and" as const, "or" as const),
      of: fc.array(tie("filter"), { maxLength: 3 }),
    }),
    tie("filter").map((of): ObjectFilter => ({ op: "not", of })),
  ),
})).filter;
