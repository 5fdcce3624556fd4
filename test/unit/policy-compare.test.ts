import { describe, expect, it } from "vitest";
import { compilePolicies, parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import { compareDecisions, type PolicyImpact } from "../../src/heimdall/policy/safety/index.ts";
import type { DecisionObject, Subject } from "../../src/shared/decision.ts";

const subjects: readonly Subject[] = Array.from({ length: 100 }, (_, n) => ({
  id: `u${n}`,
  type: "person",
  tags: [`users:id:u${n}`, n % 2 === 0 ? "roles:id:even" : "roles:id:odd"],
  attributes: {},
}));
const objects: readonly DecisionObject[] = Array.from({ length: 100 }, (_, n) => ({
  paths: [`dataos://sales:shop/t${n}`],
  tags: ["dataos:type:dataset"],
  attributes: {},
  columns: [{ name: "mail", dataType: "text", tags: ["PII.Email"] }],
}));

const compile = (text: string) => {
  const { documents, problems } = parsePolicyYaml(text, "p.yaml");
  const compiled = compilePolicies(documents);
  expect([...problems, ...compiled.problems]).toEqual([]);
  return compiled.policies;
};
const allow = (name: string, tag: string, path: string, allowed = true): string => `
name: ${name}
type: policy
policy: {access: {subjects: {tags: ["${tag}"]}, predicates: [read], objects: {paths: ["${path}"]}, allow: ${allowed}}}
`;
const mask = (operator: string): string => `
name: mails
type: policy
policy:
  data:
    type: mask
    selector: {user: {match: any, tags: ["roles:**"]}, column: {tags: ["PII.Email"]}}
    mask: {operator: ${operator}}
`;

function compare(before: string, after: string, stop?: { readonly afterSteps: number }): PolicyImpact {
  const comparison = { before: compile(before), after: compile(after), subjects, objects, predicates: [] };
  const steps = compareDecisions({ ...comparison, context: { time: 0 } });
  let next = steps.next();
  for (let n = 1; !next.done; n++) next = steps.next(stop && n >= stop.afterSteps ? "enough" : undefined);
  return next.value;
}

const open = allow("open", "roles:**", "dataos://sales:**");

describe("comparing two sets of policies", () => {
  it("tells thousands of changes as one class, with who, what and why before and after", () => {
    const { changed, groups, cut } = compare(
      open,
      `${open}---${allow("shut", "roles:id:even", "dataos://sales:shop/*", false)}`,
    );
    expect({ changed, cut }).toEqual({ changed: 5_000, cut: undefined });
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({
      before: { effect: "allow", because: [{ id: "open/0" }] },
      after: { effect: "deny", because: [{ id: "shut/0" }] },
      count: 5_000,
      predicates: ["read"],
      subjects: { count: 50, common: ["roles:id:even"] },
      objects: { count: 100, common: ["dataos://sales:shop/**", "dataos:type:dataset"] },
    });
    expect(groups[0]?.examples).toHaveLength(3);
  });

  it("finds nothing where only names, order or comments differ", () => {
    const other = allow("renamed", "roles:**", "dataos://sales:**");
    expect(compare(open, `# a comment\n${other}`)).toMatchObject({ changed: 0, compared: 0, groups: [] });
  });

  it("finds other masks on what stays allowed", () => {
    const { groups, changed } = compare(`${open}---${mask("redact")}`, `${open}---${mask("hash")}`);
    expect(changed).toBe(10_000);
    expect(groups[0]).toMatchObject({ before: { obligations: "mail: redact" }, after: { obligations: "mail: hash" } });
  });

  it("asks by every predicate that a rule names, and leaves out what no differing rule is about", () => {
    const writes = open.replace("[read]", "[write]").replace("open", "writers").replace("shop", "none");
    const { groups, compared } = compare(open, `${open}---${writes.replace("roles:**", "users:id:u7")}`);
    expect(compared).toBe(100);
    expect(groups.map(({ predicates, count }) => [predicates, count])).toEqual([[["write"], 100]]);
  });

  it("says that it was cut short, and why", () => {
    const { cut, compared } = compare(
      "name: a\ntype: policy\npolicy: {access: {subjects: {tags: [x:y]}, predicates: [z], objects: {paths: [a]}}}",
      open,
      { afterSteps: 2 },
    );
    expect({ cut, compared }).toEqual({ cut: "enough", compared: 512 });
  });

  it("agrees with asking everything by brute force", () => {
    const before = `${open}---${allow("some", "users:id:u1*", "dataos://sales:shop/t1?", false)}`;
    const after = `${allow("odd", "roles:id:odd", "dataos://sales:shop/t*")}---${mask("hash")}`;
    const { changed } = compare(before, after);
    const [a, b] = [compile(before), compile(after)];
    const expected = subjects.flatMap((subject) =>
      objects.filter((object) => {
        const request = { subject, object, predicate: "read", context: { time: 0 } };
        const [x, y] = [a.decide(request), b.decide(request)];
        return x.effect !== y.effect || x.obligations.masks.size !== y.obligations.masks.size;
      }),
    );
    expect(changed).toBe(expected.length);
  });
});
