import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import type { DecidingRule, Subject } from "../../src/shared/decision.ts";
import type { Workload, WorkloadRequest, WorkloadRule, WorkloadUser } from "./decisions-workload.ts";

/** What one engine says; `rules` (ids of the workload) where it names the rules that decided. */
export interface EngineAnswer {
  readonly allows: boolean;
  readonly because: readonly DecidingRule[] | undefined;
}

/** An engine that holds a workload's rules, ready to be asked. */
export interface Engine {
  /** how the figures call it; `undefined`: ours */
  readonly peer: string | undefined;
  decide(request: WorkloadRequest): EngineAnswer;
}

/** Engines by the name they are started with; each loads its own package only. */
export const engines: Readonly<
  Record<string, (workload: Workload, loadDocuments: () => Promise<readonly PolicyDocument[]>) => Promise<Engine>>
> = {
  ours: createOurs,
  casl: createCasl,
  casbin: createCasbin,
  cedar: createCedar,
};

const allowed: EngineAnswer = { allows: true, because: undefined };
const refused: EngineAnswer = { allows: false, because: undefined };

async function createOurs(
  { users }: Workload,
  loadDocuments: () => Promise<readonly PolicyDocument[]>,
): Promise<Engine> {
  const { compilePolicies } = await import("../../src/heimdall/policy/index.ts");
  const { policies } = compilePolicies(await loadDocuments());
  const subjects = new Map(users.map((user) => [user.id, toSubject(user)]));
  const time = Date.now();
  return {
    peer: undefined,
    // as a service asks: the subject comes from a cache, the rest is new with each request
    decide([userId, predicate, path]) {
      const { effect, because } = policies.decide({
        subject: known(subjects.get(userId)),
        predicate,
        object: { paths: [path], tags: [], attributes: {} },
        context: { time },
      });
      return { allows: effect === "allow", because };
    },
  };
}

export function toSubject({ id, roles, department }: WorkloadUser): Subject {
  const tags = [`users:id:${id}`, ...roles.map((role) => `roles:id:${role}`)];
  return { id, type: "person", tags, attributes: { department } };
}

/** One ability per user, kept; roles and departments are resolved when it is built, which suits it best. */
async function createCasl({ users, rules }: Workload): Promise<Engine> {
  const { createMongoAbility, subject } = await import("@casl/ability");
  const abilities = new Map(
    users.map((user) => {
      const own = rules.filter(
        ({ role, department }) => user.roles.includes(role) && (department === null || department === user.department),
      );
      // the last rule wins, so denies come last
      const ordered = [...own.filter(({ effect }) => effect === "allow"), ...own.filter(isDeny)];
      const raw = ordered.map((rule) => ({
        action: rule.action,
        subject: "dataset",
        inverted: isDeny(rule),
        conditions: { path: rule.object.endsWith("*") ? { $regex: `^${rule.object.slice(0, -1)}` } : rule.object },
      }));
      return [user.id, createMongoAbility(raw)] as const;
    }),
  );
  return {
    peer: "casl cached per user",
    decide: ([userId, action, path]) =>
      known(abilities.get(userId)).can(action, subject("dataset", { path })) ? allowed : refused,
  };
}

async function createCasbin({ users, rules }: Workload): Promise<Engine> {
  const { newEnforcer, newModelFromString } = await import("casbin");
  const model = newModelFromString(`
[request_definition]
r = sub, dept, act, obj
[policy_definition]
p = role, dept, act, obj, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.act == p.act && keyMatch(r.obj, p.obj) && (p.dept == "*" || p.dept == r.dept) && g(r.sub, p.role)
`);
  const enforcer = await newEnforcer(model);
  await enforcer.addPolicies(
    rules.map(({ role, department, action, object, effect }) => [role, department ?? "*", action, object, effect]),
  );
  await enforcer.addGroupingPolicies(users.flatMap(({ id, roles }) => roles.map((role) => [id, role])));
  const byId = new Map(users.map((user) => [user.id, user]));
  return {
    peer: "node-casbin",
    decide: ([userId, action, path]) =>
      enforcer.enforceSync(userId, known(byId.get(userId)).department, action, path) ? allowed : refused,
  };
}

async function createCedar({ users, rules }: Workload): Promise<Engine> {
  const cedar = await import("@cedar-policy/cedar-wasm/nodejs");
  const staticPolicies = rules.map(toCedar).join("\n");
  const parsed = cedar.preparsePolicySet("workload", { staticPolicies });
  if (parsed.type !== "success") throw new Error(JSON.stringify(parsed));
  const entities = new Map(
    users.map(({ id, roles, department }) => [
      id,
      {
        uid: { type: "User", id },
        attrs: { department },
        parents: roles.map((role) => ({ type: "Role", id: role })),
      },
    ]),
  );
  return {
    peer: "cedar-wasm",
    decide([userId, action, path]) {
      const user = known(entities.get(userId));
      const resource = { type: "Dataset", id: path };
      const answer = cedar.statefulIsAuthorized({
        principal: user.uid,
        action: { type: "Action", id: action },
        resource,
        context: {},
        preparsedPolicySetId: "workload",
        entities: [user, { uid: resource, attrs: { path }, parents: [] }],
      });
      if (answer.type !== "success") throw new Error(JSON.stringify(answer));
      return answer.response.decision === "allow" ? allowed : refused;
    },
  };
}

function toCedar(rule: WorkloadRule): string {
  const when = [`resource.path like "${rule.object}"`];
  if (rule.department !== null) when.push(`principal.department == "${rule.department}"`);
  return `${isDeny(rule) ? "forbid" : "permit"}(principal in Role::"${rule.role}", action == Action::"${rule.action}", resource) when { ${when.join(" && ")} };`;
}

function isDeny({ effect }: WorkloadRule): boolean {
  return effect === "deny";
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError("the workload names a user that it does not have");
  return value;
}
