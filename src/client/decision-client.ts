import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createCircuitBreaker } from "./circuit-breaker.ts";
import { CallError, sendJson } from "./send-json.ts";
import type { DecisionAnswer, DecisionClient, DecisionClientOptions, DecisionRequest } from "./types.ts";

interface Waiting {
  readonly request: DecisionRequest;
  readonly resolve: (answer: DecisionAnswer) => void;
}

const maxPerCall = 100;
const keepAliveMs = 10_000;
const maxObjectsPerCall = 1_000;
/** WHY: a write waits for the disk, and nobody waits at a door meanwhile */
const writeTimeoutMs = 10_000;

/**
 * A client that asks the server at `url`; nothing is sent before the first question.
 * SECURITY: it fails closed: no answer, a late one or one that it cannot read is a denial.
 * @throws {TypeError} an option is out of its range
 * @example
 * const heimdall = createDecisionClient({ url, apiKey });
 * const { allow, reason } = await heimdall.check({ subject: "alice", action: "read", resource: { type: "dataset", id } });
 */
export function createDecisionClient(options: DecisionClientOptions): DecisionClient {
  const { apiKey, timeoutMs = 500, connections = 8, failuresBeforeOpen = 5, openMs = 1_000, now = Date.now } = options;
  assertRange("timeoutMs", timeoutMs, 60_000);
  assertRange("connections", connections, 1_000);
  assertRange("failuresBeforeOpen", failuresBeforeOpen, 1_000);
  assertRange("openMs", openMs, 3_600_000);
  const endpoint = toEndpoint(options.url, "access/v1/evaluations");
  const registerUrl = toEndpoint(options.url, "heimdall/api/v1/objects");
  const unregisterUrl = toEndpoint(options.url, "heimdall/api/v1/objects/delete");
  const agentOptions = { keepAlive: true, keepAliveMsecs: keepAliveMs, maxSockets: connections };
  const agent = endpoint.protocol === "https:" ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const breaker = createCircuitBreaker(failuresBeforeOpen, openMs, now);
  let waiting: Waiting[] = [];
  let closed = false;

  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (let start = 0; start < all.length; start += maxPerCall) void ask(all.slice(start, start + maxPerCall));
  };

  async function ask(group: readonly Waiting[]): Promise<void> {
    const denyAll = (reason: string): void => {
      for (const { resolve } of group) resolve(denial(reason));
    };
    if (closed) return denyAll("the client is closed");
    if (!breaker.enter()) return denyAll("the server failed lately, so it is not asked for a moment");
    try {
      const body = { evaluations: group.map(({ request }) => toEvaluation(request)) };
      const answers = readAnswers(await sendJson(endpoint, body, { agent, apiKey, timeoutMs }), group.length);
      breaker.succeeded();
      for (const [index, { resolve }] of group.entries()) resolve(toAnswer(answers[index]));
    } catch (error) {
      if (error instanceof CallError && !error.isServers) breaker.succeeded();
      else breaker.failed();
      denyAll(error instanceof Error ? error.message : String(error));
    }
  }

  const check = (request: DecisionRequest): Promise<DecisionAnswer> =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ request, resolve });
    });

  const write = async (url: URL, objects: readonly object[]): Promise<void> => {
    for (let start = 0; start < objects.length; start += maxObjectsPerCall) {
      if (closed) throw new Error("the client is closed");
      const body = { objects: objects.slice(start, start + maxObjectsPerCall) };
      await sendJson(url, body, { agent, apiKey, timeoutMs: writeTimeoutMs });
    }
  };

  return {
    check,
    checkAll: (requests) => Promise.all(requests.map(check)),
    registerObjects: (objects) => write(registerUrl, objects),
    unregisterObjects: (objects) =>
      write(
        unregisterUrl,
        objects.map(({ type, id }) => ({ type, id })),
      ),
    close() {
      closed = true;
      agent.destroy();
    },
  };
}

function assertRange(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new TypeError(`\`${name}\` is ${value}, expected a whole number from 1 to ${max}`);
  }
}

function toEndpoint(base: string, path: string): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new TypeError("`url` is no address of a server, expected e.g. `https://governance.example.com`");
  }
  return new URL(path, url.href.endsWith("/") ? url : `${url.href}/`);
}

function toEvaluation({ subject, action, resource, context }: DecisionRequest) {
  return {
    subject: typeof subject === "string" ? { type: "user", id: subject } : subject,
    action: typeof action === "string" ? { name: action } : action,
    resource,
    ...(context && { context }),
  };
}

function denial(reason: string): DecisionAnswer {
  return { allow: false, reason: `denied because ${reason}`, decided: false, context: {} };
}

/** @throws {CallError} the answer has another form */
function readAnswers(body: unknown, count: number): readonly unknown[] {
  const answers = (body as { readonly evaluations?: unknown } | null)?.evaluations;
  if (Array.isArray(answers) && answers.length === count) return answers;
  throw new CallError("the server's answer does not fit the questions", true);
}

/** SECURITY: only the value `true` allows. */
function toAnswer(value: unknown): DecisionAnswer {
  const { decision, context } = (value ?? {}) as { readonly decision?: unknown; readonly context?: unknown };
  if (typeof decision !== "boolean") return denial("the server's answer cannot be read");
  const facts = (typeof context === "object" && context !== null ? context : {}) as Readonly<Record<string, unknown>>;
  const { reason, decision_id: decisionId, rules, error } = facts;
  const fault = (error as { readonly message?: unknown } | undefined)?.message;
  return {
    allow: decision,
    reason:
      typeof reason === "string" ? reason : typeof fault === "string" ? `denied because ${fault}` : "no reason given",
    decided: error === undefined,
    ...(typeof decisionId === "string" && { decisionId }),
    ...(Array.isArray(rules) && { rules: rules.map(String) }),
    context: facts,
  };
}
