import fc from "fast-check";
import { nasty } from "./policy-fuzz.ts";

/** How one request to decide is made and broken. */
interface Mutation {
  readonly route: keyof typeof bodies;
  /** each: the value that is reached by these turns is replaced, taken away or repeated */
  readonly changes: readonly {
    readonly turns: readonly number[];
    readonly how: "replace" | "remove" | "nest";
    readonly value: unknown;
  }[];
  /** characters put into the text itself, where there are any */
  readonly cut: { readonly at: number; readonly remove: number; readonly put: string } | undefined;
}

// nobody and nothing of these is known, so that no right is what is right
const subject = { type: "user", id: "mallory", properties: { department: "sales", level: 3 } };
const resource = { type: "todo", id: "7", properties: { ownerID: "mallory", tags: ["dataos:type:todo"] } };
const action = { name: "can_delete_todo", properties: {} };
const context = {
  predicate: "read",
  object: { paths: ["dataos://sales:public/orders"], tags: ["PII.Email"] },
  metadata: { ip: "10.0.0.1" },
};
const bodies = {
  "/access/v1/evaluation": { subject, resource, action, context: { time: "2026-01-01T00:00:00Z", ip: "10.0.0.1" } },
  "/access/v1/evaluations": {
    subject,
    resource,
    evaluations: [{ action }, { action: { name: "read" }, context: {} }],
    options: { evaluations_semantic: "execute_all" },
  },
  "/access/v1/search/subject": { subject: { type: "user" }, resource, action, page: { limit: 2, token: "" } },
  "/access/v1/search/resource": { subject, resource: { type: "todo" }, action, page: { limit: 2 } },
  "/access/v1/search/action": { subject, resource, page: { limit: 2 } },
  "/heimdall/api/v1/authorize": { token: "dos_nobody_has_this", context, pep_context: { user_agent: "fuzz" } },
  "/heimdall/api/v1/authorize/batch": { token: "dos_nobody_has_this", contexts: { "0": context, a: context } },
  "/heimdall/api/v1/authorize/user": { user_id: "mallory", context },
} as const;

const anything = fc.oneof(
  fc.constantFrom<unknown>(...nasty, null, 0, -1, 1e308, true, [], {}, [[[[]]]], "mallory", "__proto__", "constructor"),
  fc.string({ maxLength: 20 }),
  fc.jsonValue({ maxDepth: 3 }),
);
const mutation: fc.Arbitrary<Mutation> = fc.record({
  route: fc.constantFrom(...(Object.keys(bodies) as (keyof typeof bodies)[])),
  changes: fc.array(
    fc.record({
      turns: fc.array(fc.nat(6), { maxLength: 5 }),
      how: fc.constantFrom("replace", "remove", "nest"),
      value: anything,
    }),
    { minLength: 1, maxLength: 3 },
  ),
  cut: fc.option(fc.record({ at: fc.nat(500), remove: fc.nat(5), put: fc.constantFrom(...nasty, "") }), {
    nil: undefined,
    freq: 5,
  }),
});

/** Sends a body as text and answers what came back. */
export type Send = (path: string, body: string) => Promise<{ readonly status: number; readonly body: unknown }>;

const limitMs = 100;

/**
 * Broken requests to every route that decides: each is answered, never with a fault of the server, within 100 ms of processor time; a refusal
 * says why; and nobody is allowed anything by it.
 */
export async function fuzzRequests(send: Send, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(mutation, async (drawn) => {
      const text = toText(drawn);
      const isOfNobody = /mallory|dos_nobody_has_this/.test(text);
      let { answer, tookMs } = await timed(send, drawn.route, text);
      // what other work in this process took is not taken twice
      if (tookMs > limitMs) ({ answer, tookMs } = await timed(send, drawn.route, text));
      if (tookMs > limitMs) throw new Error(`took ${Math.round(tookMs)} ms`);
      const shown = JSON.stringify(answer.body);
      if (answer.status >= 500) throw new Error(`answered ${answer.status}: ${shown}`);
      if (answer.status >= 400 && !/[a-z]{3}/.test(shown ?? "")) throw new Error(`refused without a reason: ${shown}`);
      if (isOfNobody && /"(?:decision|allow)":true/.test(shown ?? "")) throw new Error(`allowed: ${shown}`);
    }),
    { numRuns: runs },
  );
}

async function timed(
  send: Send,
  route: string,
  text: string,
): Promise<{ answer: Awaited<ReturnType<Send>>; tookMs: number }> {
  const before = process.threadCpuUsage();
  const answer = await send(route, text);
  const { user, system } = process.threadCpuUsage(before);
  return { answer, tookMs: (user + system) / 1_000 };
}

function toText({ route, changes, cut }: Mutation): string {
  let body: unknown = structuredClone(bodies[route]);
  for (const { turns, how, value } of changes) body = change(body, turns, how, value);
  const text = JSON.stringify(body);
  if (!cut) return text;
  const at = cut.at % (text.length + 1);
  return text.slice(0, at) + cut.put + text.slice(at + cut.remove);
}

/** The value with what lies where `turns` lead changed. */
function change(value: unknown, turns: readonly number[], how: "replace" | "remove" | "nest", by: unknown): unknown {
  const [turn, ...rest] = turns;
  if (turn === undefined || typeof value !== "object" || value === null)
    return how === "nest" ? { nested: [value, by] } : by;
  const keys = Object.keys(value);
  const key = keys[turn % Math.max(keys.length, 1)];
  if (key === undefined) return by;
  const changed = { ...value } as Record<string, unknown>;
  if (rest.length === 0 && how === "remove") delete changed[key];
  else changed[key] = change(changed[key], rest, how, by);
  return Array.isArray(value) ? Object.values(changed) : changed;
}
