import { describe, expect, it } from "vitest";
import { parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import { lintPolicies } from "../../src/heimdall/policy/safety/index.ts";
import { formatProblem } from "../../src/shared/errors.ts";

const time = Date.parse("2026-06-01T00:00:00Z");

/** Findings as `level code place: message`. */
function lint(text: string, beside = ""): string[] {
  const { documents, problems } = parsePolicyYaml(text, "p.yaml");
  expect(problems).toEqual([]);
  const found = lintPolicies({
    documents,
    beside: beside === "" ? [] : parsePolicyYaml(beside, "beside.yaml").documents,
    time,
    tagNamespaces: ["users:**", "roles:**", "dataos:**"],
    knownTags: ["roles:id:data-dev", "roles:id:operator", "dataos:type:dataset", "dataos:type:entity", "PII.Email"],
  });
  return found.map((finding) => `${finding.level} ${finding.code} ${formatProblem(finding)}`);
}

const rule = (name: string, fields: string): string => `
name: ${name}
version: v1
type: policy
policy:
  access:
    predicates: [read]
    ${fields}
`;
const sales = 'objects: {paths: ["dataos://sales:**"]}';
const devs = 'subjects: {tags: ["roles:id:data-dev"]}';

describe("policy lint", () => {
  it("finds nothing in rules that do what they say", () => {
    const exception = rule(
      "no-secrets",
      'subjects: {tags: ["roles:**"]}\n    objects: {paths: ["dataos://sales:secret/*"]}',
    );
    expect(lint(rule("readers", `${devs}\n    ${sales}\n    allow: true`), exception)).toEqual([]);
  });

  it("tells an allow that a deny beats everywhere, with both places", () => {
    const deny = rule("closed", `subjects: {tags: ["roles:**"]}\n    objects: {paths: ["**"]}`);
    expect(lint(rule("readers", `${devs}\n    ${sales}\n    allow: true`), deny)).toMatchInlineSnapshot(`
      [
        "error shadowed p.yaml:7:5: rule \`readers/0\` never allows anything: \`closed/0\` at beside.yaml:7:5 denies all of it",
      ]
    `);
  });

  it("tells a rule that another one makes needless, and of twins only one", () => {
    const wide = rule("wide", 'subjects: {tags: ["roles:**"]}\n    objects: {paths: ["dataos://**"]}\n    allow: true');
    const narrow = rule("narrow", `${devs}\n    ${sales}\n    allow: true`);
    expect(lint(narrow, wide)).toMatchInlineSnapshot(`
      [
        "warning redundant p.yaml:7:5: rule \`narrow/0\` adds nothing: \`wide/0\` at beside.yaml:7:5 allows all of it already",
      ]
    `);
    const twins = lint(`${narrow}---${narrow.replace("narrow", "other")}`);
    expect(twins).toHaveLength(1);
    expect(twins[0]).toContain("rule `other/0` adds nothing: `narrow/0`");
  });

  it("tells rules that allow and deny the very same under a condition", () => {
    const allow = rule("open", `${devs}\n    ${sales}\n    allow: true`);
    const deny = rule("shut", `${devs}\n    ${sales}\n    conditions: ["department == 'hr'"]`);
    expect(lint(allow, deny)).toMatchInlineSnapshot(`
      [
        "warning conflict p.yaml:7:5: rule \`open/0\` allows and \`shut/0\` at beside.yaml:7:5 denies the very same; where both conditions hold, the deny wins",
      ]
    `);
  });

  it("tells rules that nothing can match, and such as have ended", () => {
    const both = rule("both", `subjects: {tags: [["users:id:ann", "users:id:bob"]]}\n    ${sales}\n    allow: true`);
    const over = rule("over", `${devs}\n    ${sales}\n    allow: true\n    until: 2026-01-01T00:00:00Z`);
    expect(lint(`${both}---${over}`)).toMatchInlineSnapshot(`
      [
        "error never-matches p.yaml:7:5: rule \`both/0\` never matches: nothing has both \`users:id:ann\` and \`users:id:bob\`; for "one of them" write each in a list of its own",
        "warning expired p.yaml:17:5: rule \`over/0\` ended 2026-01-01T00:00:00.000Z; remove it or give a later \`until\`",
      ]
    `);
  });

  it("names the nearest of tags and attributes that nothing has", () => {
    const found = lint(
      rule(
        "typos",
        `subjects: {tags: ["role:id:data-dev", "roles:id:data-dve"]}
    objects: {tags: ["dataos:type:datset", "PII.Emial", "PII.Own"]}
    conditions: ["object.ownr == subject.id"]
    allow: true`,
      ),
    );
    expect(found).toMatchInlineSnapshot(`
      [
        "error unknown-tag p.yaml:7:5: subject tag \`role:id:data-dev\` is in no tag namespace (known are \`users:**\`, \`roles:**\`, \`dataos:**\`), so nobody can have it; did you mean \`roles:id:data-dev\`?",
        "warning unknown-tag p.yaml:7:5: nothing is known to have the tag \`roles:id:data-dve\`; did you mean \`roles:id:data-dev\`?",
        "warning unknown-tag p.yaml:7:5: nothing is known to have the tag \`dataos:type:datset\`; did you mean \`dataos:type:dataset\`?",
        "warning unknown-tag p.yaml:7:5: nothing is known to have the tag \`PII.Emial\`; did you mean \`PII.Email\`?",
        "warning warning p.yaml:10:18: attribute \`object.ownr\` is not declared, so its type is not checked; did you mean \`object.owner\`?",
      ]
    `);
  });

  it("gives the faults of documents that do not compile", () => {
    const broken = rule("broken", `subjcts: {tags: ["roles:**"]}\n    ${sales}`);
    expect(lint(broken).map((line) => line.split(" ").slice(0, 3).join(" "))).toContain(
      "error does-not-compile p.yaml:7:5:",
    );
  });
});
