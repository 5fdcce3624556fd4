import { describe, expect, it } from "vitest";
import { compileGradually } from "../../src/heimdall/authorization/compile-gradually.ts";
import { type CompiledPolicies, compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import type { DecisionRequest } from "../../src/shared/decision.ts";
import { policyDocument } from "../support/policy-generators.ts";

const access = (name: string, tags: readonly unknown[], paths: readonly string[], allow = true): PolicyDocument =>
  policyDocument(name, { access: { subjects: { tags }, predicates: ["read"], objects: { paths }, allow } });
const ask = (tags: readonly string[], paths: readonly string[]): DecisionRequest => ({
  subject: { id: "alice", type: "person", tags, attributes: {} },
  predicate: "read",
  object: { paths, tags: [], attributes: {} },
  context: { time: 0 },
});
const compile = (documents: readonly PolicyDocument[]): CompiledPolicies => {
  const { policies, problems } = compilePolicies(documents);
  expect(problems).toEqual([]);
  return policies;
};
const named = (policies: CompiledPolicies, tags: readonly string[], paths: readonly string[]): string[] =>
  policies.decide(ask(tags, paths)).because.map(({ policy }) => policy);

describe("the index of rules", () => {
  it("finds each subject's rules among thousands that lie at one place", () => {
    const documents = Array.from({ length: 2_000 }, (_, n) =>
      access(`p${String(n).padStart(4, "0")}`, [`users:id:u${n % 1_000}`], ["dataos://lake:**"]),
    );
    const policies = compile([...documents, access("all", [["roles:id:*", "users:id:u7"]], ["dataos://lake:**"])]);
    expect(named(policies, ["users:id:u7"], ["dataos://lake:a/b"])).toEqual(["p0007", "p1007"]);
    expect(named(policies, ["users:id:u7", "roles:id:x"], ["dataos://lake:a/b"])).toEqual(["all", "p0007", "p1007"]);
    expect(named(policies, ["users:id:u999"], ["dataos://lake:a/b"])).toEqual(["p0999", "p1999"]);
    expect(named(policies, ["users:id:u1000"], ["dataos://lake:a/b"])).toEqual([]);
  });

  it("names a rule once, however many of its globs and of the object's paths meet", () => {
    const policies = compile([access("many", ["**"], ["/a/**", "/a/b", "/a/*", "/{a,b}/?"])]);
    expect(named(policies, [], ["/a/b", "/b/c", "/a/b"])).toEqual(["many"]);
  });

  it("reads braces as the glob has them, also where taking them apart would make another glob", () => {
    const policies = compile([
      access("stars", ["**"], ["/a*{*,b}"]),
      access("split", ["**"], ["/x/{ab,ac}{/*,}"]),
      access("single", ["**"], ["/s/*"]),
    ]);
    expect(named(policies, [], ["/ax/y"])).toEqual([]);
    expect(named(policies, [], ["/axb"])).toEqual(["stars"]);
    expect(named(policies, [], ["/x/ac/1"])).toEqual(["split"]);
    expect(named(policies, [], ["/x/ac/1/2"])).toEqual([]);
    expect(named(policies, [], ["/s/"])).toEqual(["single"]);
    expect(named(policies, [], ["/s/a:b"])).toEqual([]);
  });

  it("finds paths whatever characters they are of, and none that only begins like one", () => {
    const paths = [
      "/a",
      "/ab",
      "/é",
      "/漢",
      "/漢字",
      "/😀",
      "/~",
      "/\u0001",
      "/z/1",
      "/z/2",
      ..."bcdefghijklmno".split("").map((c) => `/${c}`),
    ];
    const policies = compile(paths.map((path, n) => access(`p${n}`, ["**"], [n % 2 === 0 ? path : `${path}**`])));
    const isAbout = (n: number, path: string): boolean =>
      n % 2 === 0 ? path === paths[n] : path.startsWith(paths[n] ?? "");
    for (const path of [...paths, ...paths.map((one) => `${one}x`), "/", "", "/\uffff", "/y", "/z", "/z/", "/z/3"]) {
      const expected = paths.flatMap((_, n) => (isAbout(n, path) ? [`p${n}`] : [])).sort();
      expect([path, named(policies, [], [path])]).toEqual([path, expected]);
    }
  });

  it("tells subjects apart that come with the same id and other tags", () => {
    const policies = compile([access("a", ["roles:id:a"], ["**"])]);
    expect(named(policies, ["roles:id:a"], ["/x"])).toEqual(["a"]);
    expect(named(policies, ["roles:id:b"], ["/x"])).toEqual([]);
    expect(named(policies, ["roles:id:a"], ["/x"])).toEqual(["a"]);
  });

  it("hands out answers that nobody can change", () => {
    const policies = compile([access("a", ["roles:id:a"], ["**"])]);
    for (const tags of [["roles:id:a"], []]) {
      const decision = policies.decide(ask(tags, ["/x"]));
      expect([Object.isFrozen(decision), Object.isFrozen(decision.because)]).toEqual([true, true]);
    }
  });

  it("is the same when it is compiled in steps, and lets others work in between", async () => {
    const documents = Array.from({ length: 3_000 }, (_, n) => access(`p${n}`, [`roles:id:r${n}`], [`/a/${n}/**`]));
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    const { policies } = await compileGradually(documents);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(0);
    expect(policies.version).toBe(compile([...documents].reverse()).version);
    expect(named(policies, ["roles:id:r42"], ["/a/42/x"])).toEqual(["p42"]);
  });
});
