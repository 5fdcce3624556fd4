import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { loadBuiltInPolicies } from "../../src/heimdall/adapters/file/index.ts";
import {
  createAuthorizer,
  createLivePolicies,
  createPolicyChecker,
  type LivePolicies,
  listPolicies,
} from "../../src/heimdall/authorization/index.ts";
import { compilePolicies, parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import type { AuditEntry, AuditLog, CallContext, PolicyDocument } from "../../src/heimdall/ports.ts";
import type { DecisionObject, Subject } from "../../src/shared/decision.ts";
import { AuditUnavailableError, ForbiddenError, formatProblem, UnavailableError } from "../../src/shared/errors.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { matchesFilter } from "../../src/shared/object-filter.ts";
import { createManualClock, type ManualClock } from "../support/clock.ts";
import { createSeededIds } from "../support/ids.ts";
import { policyDocument } from "../support/policy-generators.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const builtIn = await loadBuiltInPolicies(`${root}policies`);

const subject = (id: string, ...tags: string[]): Subject => ({
  id,
  type: "person",
  tags: [`users:id:${id}`, ...tags],
  attributes: {},
});
const operator = subject("olga", "roles:id:operator");
const dev = subject("dan", "roles:id:data-dev");
const call = (who: Subject, ip?: string): CallContext => ({ subject: who, requestId: "r1", ip, via: "test" });
const access = (name: string, rule: Record<string, unknown>): PolicyDocument => policyDocument(name, { access: rule });
const everything = { predicates: ["read"], objects: { paths: ["**"] }, allow: true };

/** A source that a test changes and breaks. */
function createSource(documents: readonly PolicyDocument[] = []) {
  const state = { documents, version: "1", broken: false, loads: 0 };
  return {
    state,
    put(next: readonly PolicyDocument[]) {
      state.documents = next;
      state.version = String(Number(state.version) + 1);
    },
    async version() {
      if (state.broken) throw new UnavailableError("the state store does not answer");
      return state.version;
    },
    async load() {
      state.loads++;
      return state.documents;
    },
  };
}

let clock: ManualClock;
let source: ReturnType<typeof createSource>;
let live: LivePolicies;
let entries: AuditEntry[];
let auditBroken: boolean;
const audit = {
  async append(entry: AuditEntry) {
    if (auditBroken) throw new AuditUnavailableError("the audit log cannot be written");
    entries.push(entry);
    return { ...entry, chain: "c", seq: entries.length, at: "", prevHash: "", hash: "" };
  },
} satisfies Pick<AuditLog, "append">;
const objects = {
  async describe(object: DecisionObject): Promise<DecisionObject> {
    return object.paths.includes("dataos://lake:sales/orders")
      ? { ...object, tags: [...object.tags, "PII.Email"] }
      : object;
  },
};
const authorizer = () => createAuthorizer({ policies: live, audit, objects, clock, ids: createSeededIds() });

beforeEach(async () => {
  clock = createManualClock();
  source = createSource();
  entries = [];
  auditBroken = false;
  live = createLivePolicies({ builtIn, source, clock, logger: silentLogger });
  await live.refresh();
});

const settle = async (): Promise<void> => {
  // turns of the event loop: policies are compiled in steps
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe("the authorizer", () => {
  it("gives proof of an allowed action after it was recorded", async () => {
    const auth = await authorizer().authorize(call(operator, "10.0.0.1"), "audit.read");
    expect(auth).toMatchObject({ action: "audit.read", subject: operator, filter: { op: "all" } });
    expect(entries).toMatchObject([
      {
        type: "decision",
        actor: "olga",
        action: "audit.read",
        object: ["dataos:type:audit"],
        outcome: "allow",
        ip: "10.0.0.1",
        requestId: "r1",
        rules: ["operators-may-do-everything/0"],
        decisionId: auth.decisionId,
        policyVersion: auth.policyVersion,
      },
    ]);
  });

  it("refuses with the reason, after it was recorded", async () => {
    const refused = authorizer().authorize(call(dev), "audit.read");
    await expect(refused).rejects.toThrowError("`dan` may not `read` `dataos:type:audit`: no policy allows it");
    await expect(refused).rejects.toBeInstanceOf(ForbiddenError);
    expect(entries).toMatchObject([{ outcome: "deny", details: { reason: "no-matching-allow" } }]);
  });

  it("does nothing that it cannot record", async () => {
    auditBroken = true;
    await expect(authorizer().authorize(call(operator), "audit.read")).rejects.toBeInstanceOf(AuditUnavailableError);
    await expect(authorizer().authorizeList(call(operator), "entity.read")).rejects.toBeInstanceOf(
      AuditUnavailableError,
    );
    await expect(
      authorizer().decide(call(operator), [
        { subject: operator, predicate: "read", object: { paths: [], tags: [], attributes: {} } },
      ]),
    ).rejects.toBeInstanceOf(AuditUnavailableError);
  });

  it("gives lists a filter, and nothing to those who may see nothing", async () => {
    const seen = await authorizer().authorizeList(call(dev), "resource.read");
    const resource = (type: string) => ({
      paths: [`urn:dataos:resource:${type}:x`],
      tags: [`dataos:resource:${type}`],
      attributes: {},
    });
    expect([matchesFilter(seen.filter, resource("depot")), matchesFilter(seen.filter, resource("user"))]).toEqual([
      true,
      false,
    ]);
    const nothing = await authorizer().authorizeList(call({ ...subject("eve"), tags: [] }), "resource.read");
    expect(nothing.filter).toEqual({ op: "none" });
    expect(entries.map(({ outcome }) => outcome)).toEqual(["allow", "deny"]);
    expect(entries[0]?.details?.filter).toContain("dataos:resource:{depot,");
  });

  it("answers each question of others, in order, with what is known of the object, and records each", async () => {
    source.put([
      access("hide", {
        subjects: { tags: ["**"] },
        predicates: ["read"],
        objects: { tags: ["PII.Email"] },
        allow: false,
      }),
    ]);
    await live.refresh();
    const object = { paths: ["dataos://lake:sales/orders"], tags: [], attributes: {} };
    const answers = await authorizer().decide(call(operator), [
      { subject: operator, predicate: "read", object },
      { subject: operator, predicate: "write", object },
      { subject: { unknownId: "ghost" }, predicate: "read", object },
    ]);
    expect(answers.map(({ effect, denyReason }) => [effect, denyReason])).toEqual([
      ["deny", "denied-by-rule"],
      ["allow", undefined],
      ["deny", "unknown-subject"],
    ]);
    expect(new Set(answers.map(({ decisionId }) => decisionId)).size).toBe(3);
    expect(entries).toMatchObject([
      {
        type: "decisions",
        outcome: "deny",
        object: ["dataos://lake:sales/orders"],
        items: [
          { subject: "olga", action: "read", outcome: "deny", rules: ["hide/0"] },
          { subject: "olga", action: "write", outcome: "allow" },
          { subject: "ghost", action: "read", outcome: "deny", reason: "unknown-subject" },
        ],
      },
    ]);
  });

  it("does not lend the caller's address to somebody else's question", async () => {
    source.put([
      access("lan", { subjects: { tags: ["**"] }, ...everything, conditions: ["context.ip.startsWith('10.')"] }),
    ]);
    await live.refresh();
    const ask = async (who: Subject, ip?: string) => {
      const question = {
        subject: who,
        predicate: "read",
        object: { paths: ["/x"], tags: [], attributes: {} },
        ...(ip ? { context: { ip } } : {}),
      };
      const [answer] = await authorizer().decide(call(dev, "10.0.0.1"), [question]);
      return answer?.effect;
    };
    expect([await ask(dev), await ask(subject("eve")), await ask(subject("eve"), "10.9.9.9")]).toEqual([
      "allow",
      "deny",
      "allow",
    ]);
  });

  it("checks parts of an answer without a record", () => {
    const object = { paths: ["urn:dataos:dataset:a:b/c/d#e"], tags: ["dataos:type:entity"], attributes: {} };
    expect([
      authorizer().check(call(dev), "read", object),
      authorizer().check(call(subject("eve")), "read", object),
    ]).toEqual([true, false]);
    expect(entries).toEqual([]);
  });
});

describe("live policies", () => {
  it("deny everything until they are loaded", async () => {
    live = createLivePolicies({ builtIn, source, clock, logger: silentLogger });
    await expect(authorizer().authorize(call(operator), "audit.read")).rejects.toBeInstanceOf(UnavailableError);
    await expect(authorizer().authorizeList(call(operator), "entity.read")).rejects.toBeInstanceOf(UnavailableError);
    expect(entries).toMatchObject([{ outcome: "deny", details: { reason: "policy-stale" } }, { outcome: "deny" }]);
  });

  it("follow the source every second, and at once when told", async () => {
    live.start();
    source.put([access("p", { subjects: { tags: ["users:id:eve"] }, ...everything })]);
    const eve = () => authorizer().check(call(subject("eve")), "read", { paths: ["/x"], tags: [], attributes: {} });
    expect(eve()).toBe(false);
    clock.advance(1000);
    await settle();
    expect(eve()).toBe(true);
    source.put([]);
    await live.refresh();
    expect(eve()).toBe(false);
    live.stop();
  });

  it("answer from the last verified version for 5 minutes, then deny", async () => {
    source.state.broken = true;
    await expect(live.refresh()).rejects.toBeInstanceOf(UnavailableError);
    clock.advance(5 * 60_000);
    expect(authorizer().check(call(operator), "read", { paths: ["/x"], tags: [], attributes: {} })).toBe(true);
    clock.advance(1);
    expect(authorizer().check(call(operator), "read", { paths: ["/x"], tags: [], attributes: {} })).toBe(false);
    const [answer] = await authorizer().decide(call(operator), [
      { subject: operator, predicate: "read", object: { paths: ["/x"], tags: [], attributes: {} } },
    ]);
    expect(answer?.denyReason).toBe("policy-stale");
    source.state.broken = false;
    await live.refresh();
    expect(live.current()).toBeDefined();
  });

  it("never let documents become live that do not compile", async () => {
    const before = live.current()?.version;
    source.put([access("p", { subjects: { tags: ["**"] }, ...everything, conditions: ["nonsense("] })]);
    await live.refresh();
    await live.refresh();
    expect([live.current()?.version, source.state.loads]).toEqual([before, 2]);
  });

  it("see what was stored before the call, also while another load runs", async () => {
    const first = live.refresh();
    source.put([access("p", { subjects: { tags: ["users:id:eve"] }, ...everything })]);
    await Promise.all([first, live.refresh(), live.refresh()]);
    expect(live.current()?.rules.some(({ rule }) => rule.id === "p/0")).toBe(true);
  });

  it("are listed with their rules and places", () => {
    const { policies, policyVersion } = listPolicies(live, (file) => file.startsWith("policies/"));
    expect(policyVersion).toBe(live.current()?.version);
    expect(policies.find(({ name }) => name === "operators-may-do-everything")).toMatchInlineSnapshot(`
      {
        "builtIn": true,
        "description": undefined,
        "file": "policies/operator.yaml",
        "kind": "access",
        "name": "operators-may-do-everything",
        "rules": [
          {
            "at": "policies/operator.yaml:9:5",
            "effect": "allow",
            "id": "operators-may-do-everything/0",
            "text": "allow roles:id:operator ** on everything",
          },
        ],
      }
    `);
    expect(policies.find(({ name }) => name === "pii-email")?.rules).toMatchInlineSnapshot(`
      [
        {
          "at": "policies/pii-masks.yaml:41:5",
          "effect": "mask",
          "id": "pii-email",
          "text": "priority 99: hash PII.Email of **.**.** for users:id:**",
        },
      ]
    `);
  });
});

describe("the policy checker", () => {
  const checker = () => createPolicyChecker({ policies: live, clock });
  const escalations = (who: Subject, ...documents: PolicyDocument[]): string[] =>
    checker()
      .escalations(who, documents)
      .map(({ message }) => message);
  const entities = { predicates: ["read"], objects: { tags: ["dataos:type:entity"] } };

  it("checks documents against the live ones", async () => {
    const grant = policyDocument(
      "g",
      { policy_use_case_id: "read-dataset", subjects: ["users:id:x"], values: {}, approve: true },
      "grant",
    );
    expect(checker().check([grant]).problems.map(formatProblem)).toMatchInlineSnapshot(`
      [
        "g.yaml:1:1: atom \`read-dataset\` needs values for \`collection\`, \`dataset\`, \`depot\`; give them under \`values.read-dataset\`",
      ]
    `);
    expect(checker().check([access("p", { subjects: { tags: ["users:id:x"] }, ...everything })])).toEqual({
      problems: [],
      warnings: [],
    });
    const clash = access("operators-may-do-everything", { subjects: { tags: ["users:id:x"] }, ...everything });
    const strange = access("q", { subjects: { tags: ["team:x", "u*"] }, ...everything });
    expect(checker().check([clash, strange]).problems.map(formatProblem)).toMatchInlineSnapshot(`
      [
        "operators-may-do-everything.yaml:1:1: policy \`operators-may-do-everything\` comes with the server and cannot be replaced; choose another name",
        "q.yaml:1:1: subject tag \`team:x\` is in no tag namespace; known are \`users:**\`, \`roles:**\`, \`dataos:**\`",
      ]
    `);
  });

  it("lets operators hand out everything", () => {
    expect(
      escalations(
        operator,
        access("p", {
          subjects: { tags: ["users:id:eve"] },
          predicates: ["**"],
          objects: { paths: ["**"] },
          allow: true,
        }),
      ),
    ).toEqual([]);
  });

  it("lets others hand out what they hold, and no more", () => {
    const eve = { subjects: { tags: ["users:id:eve"] }, allow: true };
    expect(escalations(dev, access("p", { ...eve, ...entities }))).toEqual([]);
    expect(
      escalations(
        dev,
        access("p", {
          ...eve,
          predicates: ["read"],
          objects: { paths: ["dataos://a:b/c"], tags: ["dataos:type:entity"] },
        }),
      ),
    ).toEqual([]);
    expect(
      escalations(dev, access("p", { ...eve, predicates: ["{read,select}"], objects: entities.objects })),
    ).toMatchInlineSnapshot(`
      [
        "\`dan\` may not hand out \`select\` on what has \`dataos:type:entity\` without holding it, always and without conditions; ask somebody who holds \`escalate\` on this policy",
      ]
    `);
    expect(escalations(dev, access("p", { ...eve, ...everything }))).toHaveLength(1);
    expect(
      escalations(dev, access("p", { ...eve, predicates: ["read"], objects: { tags: ["dataos:**"] } })),
    ).toHaveLength(1);
    expect(
      escalations(
        dev,
        access("p", {
          ...eve,
          predicates: ["create"],
          objects: { tags: [["dataos:type:resource", "dataos:resource:depot"]] },
        }),
      ),
    ).toHaveLength(1);
    expect(
      escalations(dev, access("p", { ...eve, predicates: ["**"], objects: { paths: ["**"] }, allow: false })),
    ).toEqual([]);
  });

  it("counts a deny that cuts into what is held", async () => {
    source.put([
      access("no", {
        subjects: { tags: ["roles:id:data-dev"] },
        predicates: ["read"],
        objects: { paths: ["dataos://secret:**"] },
        allow: false,
      }),
    ]);
    await live.refresh();
    const grant = (paths: string[]) =>
      access("p", {
        subjects: { tags: ["users:id:eve"] },
        predicates: ["read"],
        objects: { paths, tags: ["dataos:type:entity"] },
        allow: true,
      });
    expect(escalations(dev, grant(["dataos://open:**"]))).toEqual([]);
    expect(escalations(dev, grant(["dataos://secret:a/b"]))).toHaveLength(1);
    expect(escalations(dev, grant(["dataos://s**"]))).toHaveLength(1);
  });

  it("does not let a deny or a mask be removed or weakened by those who may not", async () => {
    const deny = access("no", {
      subjects: { tags: ["**"] },
      predicates: ["read"],
      objects: { paths: ["dataos://secret:**"] },
      allow: false,
    });
    const mask = (operator: string, name = "m") =>
      policyDocument(name, {
        data: {
          type: "mask",
          selector: { user: { match: "any", tags: ["**"] }, column: { names: ["a"] } },
          mask: { operator },
        },
      });
    source.put([deny, mask("hash")]);
    await live.refresh();
    const narrowed = access("no", {
      subjects: { tags: ["users:id:x"] },
      predicates: ["read"],
      objects: { paths: ["dataos://secret:**"] },
      allow: false,
    });
    expect(escalations(dev, narrowed)).toHaveLength(1);
    expect(escalations(dev, { ...deny, spec: undefined })).toHaveLength(1);
    expect(escalations(operator, { ...deny, spec: undefined })).toEqual([]);
    expect(escalations(dev, mask("redact"))).toHaveLength(1);
    expect(escalations(dev, mask("redact", "n"))).toEqual([]);
    expect(escalations(dev, mask("pass_through", "n"))).toHaveLength(1);
    expect(escalations(dev, deny)).toEqual([]);
  });

  it("takes a grant for what it gives, and a request for nothing", () => {
    const grant = (approve: boolean) =>
      policyDocument(
        "g",
        {
          policy_use_case_id: "read-dataset",
          subjects: ["users:id:eve"],
          values: { "read-dataset": [{ depot: "a", collection: "b", dataset: "c" }] },
          approve,
        },
        "grant",
      );
    expect(escalations(dev, grant(false))).toEqual([]);
    expect(escalations(dev, grant(true))).toHaveLength(1);
  });

  it("lets nobody change policies while they are unknown", () => {
    live = createLivePolicies({ builtIn, source, clock, logger: silentLogger });
    expect(escalations(operator, access("p", { subjects: { tags: ["**"] }, ...everything }))).toHaveLength(1);
  });
});

describe("policies that others wrote", () => {
  const compileFiles = (folder: string, names: readonly string[]) => {
    const seen = new Map<string, PolicyDocument>();
    const skipped: string[] = [];
    for (const name of names) {
      const { documents, problems } = parsePolicyYaml(readFileSync(`${folder}${name}`, "utf8"), name);
      if (problems[0]) skipped.push(formatProblem(problems[0]));
      for (const document of documents) seen.set(`${document.kind} ${document.name}`, document);
    }
    return { ...compilePolicies([...builtIn, ...seen.values()]), skipped };
  };

  it("the quick start's compile", () => {
    const { problems, skipped } = compileFiles(`${root}examples/quickstart/`, ["04-policies.yaml", "05-grant.yaml"]);
    expect([problems, skipped]).toEqual([[], []]);
  });

  const collected = fileURLToPath(new URL("../../../shared/data/manifests/", import.meta.url));
  it.skipIf(!existsSync(collected))("the collected ones compile, or say why not (../shared/data/manifests)", () => {
    const { problems, skipped } = compileFiles(
      collected,
      readdirSync(collected).filter((name) => name.startsWith("policy_")),
    );
    expect([...problems.map(formatProblem), ...skipped]).toMatchInlineSnapshot(`[]`);
  });
});
