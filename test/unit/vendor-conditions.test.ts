import { describe, expect, it } from "vitest";
import { compilePolicies, parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import type { Attributes } from "../../src/shared/decision.ts";
import { formatProblem } from "../../src/shared/errors.ts";

const policy = (conditions: string, allow = true): string => `name: p
type: policy
policy:
  access:
    subjects: {tags: ["users:**"]}
    predicates: [read]
    objects: {paths: ["/**"]}
    allow: ${allow}
    conditions: ${conditions}
`;
const compile = (text: string) => {
  const { documents, problems } = parsePolicyYaml(text, "p.yaml");
  expect(problems).toEqual([]);
  return compilePolicies(documents);
};
const ask = (conditions: string, metadata: Attributes, allow = true) => {
  const open = allow
    ? ""
    : `---\nname: open\ntype: policy\npolicy: {access: {subjects: {tags: ["users:**"]}, predicates: [read], objects: {paths: ["/**"]}, allow: true}}\n`;
  const { policies, problems } = compile(policy(conditions, allow) + open);
  expect(problems.map(formatProblem)).toEqual([]);
  return policies.decide({
    subject: { id: "alice", type: "person", tags: ["users:id:alice"], attributes: {} },
    predicate: "read",
    object: { paths: ["/x"], tags: [], attributes: {} },
    context: { time: 0, ...metadata },
  });
};

describe("the vendor's conditions", () => {
  // what happened: a deny on `env` did not hold for a caller who sent a number, because `7 == "prod"` is false; found by the soak of policies
  it("deny what is of another type than they compare", () => {
    for (const conditions of [
      "[{string_equal_condition: {name: env, expected_value: prod}}]",
      "[{equals_subject_condition: {name: env}}]",
    ]) {
      const decision = ask(conditions, { env: 7 }, false);
      expect([decision.effect, decision.denyReason]).toEqual(["deny", "indeterminate"]);
      expect(decision.problems).toEqual(["rule p/0: `equals` does not take double"]);
      expect(ask(conditions, { env: 7 }).effect).toBe("deny");
    }
  });

  const cases: [string, Attributes, Attributes][] = [
    ["[{cidr_condition: {name: ip, cidr: 10.0.0.0/8}}]", { ip: "10.1.2.3" }, { ip: "11.1.2.3" }],
    ["[{cidr_condition: {name: ip, cidr: 10.0.0.0/8}}]", { ip: "::ffff:10.1.2.3" }, { ip: "2001:db8::1" }],
    ["[{cidr_condition: {name: from, cidr: '2001:db8::/32'}}]", { from: "2001:db8::1" }, { from: "2001:db9::1" }],
    ["[{equals_subject_condition: {name: owner}}]", { owner: "alice" }, { owner: "bob" }],
    ["[{equals_subject_condition: {name: owner}}]", { owner: "users:id:alice" }, { owner: "users:id:al" }],
    ["[{string_equal_condition: {name: tier, expected_value: gold}}]", { tier: "gold" }, { tier: "golden" }],
    ['[{string_equal_condition: {name: "a b\\"c", expected_value: "\\\\n"}}]', { 'a b"c': "\\n" }, { 'a b"c': "\n" }],
    [
      '[{string_match_condition: {name: host, match_regular_expression: "^db-[0-9]+$"}}]',
      { host: "db-12" },
      { host: "xdb-12" },
    ],
    [
      "[{string_pairs_equal_condition: {name: pairs}}]",
      {
        pairs: [
          ["a", "a"],
          ["b", "b"],
        ],
      },
      { pairs: [["a", "b"]] },
    ],
    ["[{string_pairs_equal_condition: {name: pairs}}]", { pairs: [["a", "a"]] }, { pairs: [] }],
    ["[{string_pairs_equal_condition: {name: pairs}}]", { pairs: [["a", "a"]] }, { pairs: [["a", "a", "a"]] }],
    [
      "['context.tier == \"gold\"', {cidr_condition: {name: ip, cidr: 10.0.0.0/8}}]",
      { tier: "gold", ip: "10.0.0.1" },
      { tier: "gold", ip: "1.1.1.1" },
    ],
    [
      "[{cidr_condition: {name: ip, cidr: 10.0.0.0/8}, string_equal_condition: {name: t, expected_value: g}}]",
      { t: "g", ip: "10.0.0.1" },
      { t: "x", ip: "10.0.0.1" },
    ],
  ];
  for (const [conditions, met, unmet] of cases) {
    it(`${conditions}: ${JSON.stringify(met)} meets it, ${JSON.stringify(unmet)} does not`, () => {
      expect(ask(conditions, met)).toMatchObject({ effect: "allow", problems: [] });
      expect(ask(conditions, unmet)).toMatchObject({ effect: "deny", denyReason: "no-matching-allow", problems: [] });
    });
  }

  it("fail closed on what the request does not say, or says in another type", () => {
    for (const conditions of [
      "[{cidr_condition: {name: ip, cidr: 10.0.0.0/8}}]",
      "[{equals_subject_condition: {name: ip}}]",
      "[{string_equal_condition: {name: ip, expected_value: x}}]",
      "[{string_match_condition: {name: ip, match_regular_expression: x}}]",
      "[{string_pairs_equal_condition: {name: pairs}}]",
    ]) {
      expect(ask(conditions, {})).toMatchObject({ effect: "deny", denyReason: "indeterminate" });
      expect(ask(conditions, {}, false)).toMatchObject({ effect: "deny", denyReason: "indeterminate" });
    }
    const cidr = "[{cidr_condition: {name: ip, cidr: 10.0.0.0/8}}]";
    expect(ask(cidr, { ip: "localhost" }).problems).toEqual(["rule p/0: `localhost` is not an IP address"]);
    expect(ask(cidr, { ip: 7 })).toMatchObject({ effect: "deny", denyReason: "indeterminate" });
  });

  it("are refused with their place when they are wrong", () => {
    const faults = compile(
      policy(`
      - {cidr_conditon: {name: ip, cidr: 10.0.0.0/8}}
      - {cidr_condition: {name: ip, cidr: 10.0.0.0/33}}
      - {cidr_condition: {name: ip, cidrs: 10.0.0.0/8}}
      - {string_equal_condition: {expected_value: x}}
      - {string_equal_condition: {name: x, expected_value: 7}}
      - {}`),
    ).problems.map(formatProblem);
    expect(faults).toMatchInlineSnapshot(`
      [
        "p.yaml:10:25: unknown condition \`cidr_conditon\`; did you mean \`cidr_condition\`? (allowed: \`cidr_condition\`, \`equals_subject_condition\`, \`string_equal_condition\`, \`string_match_condition\`, \`string_pairs_equal_condition\`); or write it in CEL, like \`context.ip.inCidr("10.0.0.0/8")\`",
        "p.yaml:12:26: \`access.conditions.2.cidr_condition.cidr\` is missing; expected text",
        "p.yaml:12:44: unknown key \`cidrs\`; did you mean \`cidr\`? (allowed: \`name\`, \`cidr\`)",
        "p.yaml:13:34: \`access.conditions.3.string_equal_condition.name\` is missing; expected text",
        "p.yaml:14:60: \`access.conditions.4.string_equal_condition.expected_value\` is the number \`7\`; expected text",
        "p.yaml:15:9: the condition is empty; remove it or say what must hold",
      ]
    `);
    const late = compile(
      policy(`
      - {cidr_condition: {name: ip, cidr: 10.0.0.0/33}}
      - {string_match_condition: {name: ip, match_regular_expression: "(?=x)"}}`),
    ).problems.map(formatProblem);
    expect(late).toMatchInlineSnapshot(`
      [
        "p.yaml:10:9: \`10.0.0.0/33\` is not a range of IP addresses; expected one like \`10.0.0.0/8\` or \`2001:db8::/32\`",
        "p.yaml:11:9: pattern \`(?=x)\` is not an RE2 expression (invalid or unsupported Perl syntax: \`(?=\`); lookaheads and back references are not supported",
      ]
    `);
  });
});
