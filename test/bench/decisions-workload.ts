/**
 * The workload that decision engines are compared on: 1,000 users with 1..5 of 50 roles, rules on 20,000 datasets, 100,000 requests,
 * half of them aimed at a rule of the user. The same numbers in every run and on every machine.
 */

export interface WorkloadUser {
  readonly id: string;
  readonly department: string;
  readonly roles: readonly string[];
}

export interface WorkloadRule {
  readonly id: string;
  readonly role: string;
  readonly action: string;
  /** an address, or the beginning of addresses followed by `*`, which stands for any characters */
  readonly object: string;
  readonly department: string | null;
  readonly effect: "allow" | "deny";
}

/** One question: who, what, on which address. */
export type WorkloadRequest = readonly [userId: string, action: string, path: string];

export interface Workload {
  readonly users: readonly WorkloadUser[];
  readonly rules: readonly WorkloadRule[];
  readonly requests: readonly WorkloadRequest[];
}

const departments = ["sales", "legal", "finance", "hr", "ops", "eng", "data", "risk", "audit", "it"];
const actions = ["read", "write", "delete", "list", "share"];
const roleCount = 50;
const depotCount = 20;
const collectionCount = 20;
const datasetCount = 50;
const requestCount = 100_000;

/** @param ruleCount 100, 1,000 or 10,000; others work as well */
export function createWorkload(ruleCount: number): Workload {
  const users = createUsers();
  const random = createRandom(ruleCount + 1);
  const rules = Array.from({ length: ruleCount }, (_, number) => createRule(number, random));
  const byRole = groupByRole(rules);
  const requests = Array.from({ length: requestCount }, () => createRequest(users, byRole, random));
  return { users, rules, requests };
}

/** The rules that decide each request, found by looking at every rule of the user's roles: written for clarity, not for speed. */
export function decidingRules({ users, rules, requests }: Workload): { effect: "allow" | "deny"; ids: string[] }[] {
  const byId = new Map(users.map((user) => [user.id, user]));
  const byRole = groupByRole(rules);
  const covers = (object: string, path: string): boolean =>
    object.endsWith("*") ? path.startsWith(object.slice(0, -1)) : object === path;
  return requests.map(([userId, action, path]) => {
    const user = byId.get(userId);
    const matching = (user?.roles ?? [])
      .flatMap((role) => byRole.get(role) ?? [])
      .filter((rule) => rule.action === action && covers(rule.object, path))
      .filter((rule) => rule.department === null || rule.department === user?.department);
    const denies = matching.filter(({ effect }) => effect === "deny");
    const deciding = denies.length > 0 ? denies : matching;
    const effect = denies.length === 0 && matching.length > 0 ? "allow" : "deny";
    return { effect, ids: deciding.map(({ id }) => id).sort() };
  });
}

type Random = () => number;

/** mulberry32 */
function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[below(random, items.length)] as T;
}

function createUsers(): WorkloadUser[] {
  const random = createRandom(7);
  return Array.from({ length: 1000 }, (_, number) => {
    const count = 1 + below(random, 5);
    const roles = new Set<string>();
    while (roles.size < count) roles.add(`r${below(random, roleCount)}`);
    return { id: `u${number}`, department: pick(random, departments), roles: [...roles] };
  });
}

function createRule(number: number, random: Random): WorkloadRule {
  const depot = below(random, depotCount);
  const collection = below(random, collectionCount);
  const dataset = below(random, datasetCount);
  const form = random();
  const object =
    form < 0.35
      ? address(depot, collection, dataset)
      : form < 0.7
        ? `dataos://depot${depot}:coll${collection}/*`
        : form < 0.85
          ? `dataos://depot${depot}:*`
          : `dataos://depot${depot}:coll${collection}/dataset${1 + below(random, 4)}*`;
  const role = `r${below(random, roleCount)}`;
  const action = pick(random, actions);
  const department = random() < 0.4 ? pick(random, departments) : null;
  return { id: `p${number}`, role, action, object, department, effect: random() < 0.05 ? "deny" : "allow" };
}

function createRequest(
  users: readonly WorkloadUser[],
  byRole: ReadonlyMap<string, readonly WorkloadRule[]>,
  random: Random,
): WorkloadRequest {
  const user = pick(random, users);
  const action = pick(random, actions);
  const path = address(below(random, depotCount), below(random, collectionCount), below(random, datasetCount));
  const aimed = random() < 0.5;
  const own = aimed ? user.roles.flatMap((role) => byRole.get(role) ?? []) : [];
  if (own.length === 0) return [user.id, action, path];
  const target = pick(random, own);
  return [user.id, target.action, pathBelow(target.object, random)];
}

function pathBelow(object: string, random: Random): string {
  if (!object.endsWith("*")) return object;
  const start = object.slice(0, -1);
  if (object.endsWith(":*"))
    return `${start}coll${below(random, collectionCount)}/dataset${below(random, datasetCount)}`;
  if (object.endsWith("/*")) return `${start}dataset${below(random, datasetCount)}`;
  return start + (random() < 0.5 ? "" : below(random, 10));
}

function address(depot: number, collection: number, dataset: number): string {
  return `dataos://depot${depot}:coll${collection}/dataset${dataset}`;
}

function groupByRole(rules: readonly WorkloadRule[]): Map<string, WorkloadRule[]> {
  const byRole = new Map<string, WorkloadRule[]>();
  for (const rule of rules) {
    const group = byRole.get(rule.role);
    if (group) group.push(rule);
    else byRole.set(rule.role, [rule]);
  }
  return byRole;
}
