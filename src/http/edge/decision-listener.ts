import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import { toSubject } from "../../graphql/index.ts";
import type { Authorizer, CallContext, IdentityStore } from "../../heimdall/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { IdSource } from "../../shared/ids.ts";
import type { Logger } from "../../shared/logger.ts";
import { Secret } from "../../shared/secret.ts";
import { type AskingRoute, type RouteRule, routeTable } from "../access/authorization-table.ts";
import type { AskingReaders } from "../authzen/authzen-routes.ts";
import { toErrorBody, toHttpFailure, unreadableBody } from "../errors.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { type PlainRequest, readPlainRequest } from "./plain-request.ts";

/** Parses a body like the router does. */
export type ParseJson = (text: string) => unknown;

interface Route {
  readonly url: string;
  readonly read: AskingReaders[AskingRoute];
  readonly answered: () => void;
  readonly measured: (seconds: number) => void;
}

/** One call on its way; kept on its request, so that no function is made for it. */
interface Exchange {
  readonly route: Route;
  readonly call: CallContext;
  readonly response: ServerResponse;
  readonly length: number;
  readonly since: number;
  chunks: Buffer | Buffer[] | undefined;
}

const exchange = Symbol("exchange");
type Carrier = IncomingMessage & { [exchange]?: Exchange };

/**
 * Answers plain calls of the asking routes straight on `node:http`, and hands everything else to `next`, the router: other routes, and
 * calls with anything out of the ordinary (unknown credentials, other encodings, an `Origin`, …), so that there is one place for
 * refusals. Who calls is known before the body is read; what may be asked, and its record, is the authorizer's as for every route.
 * WHY: the router and its hooks cost as much as `node:http` itself; see docs/benchmarks.md.
 * @throws {TypeError} a route is not in the authorization table as one that asks
 */
export function createDecisionListener(parts: {
  readonly readers: AskingReaders;
  readonly identity: Pick<IdentityStore, "recall">;
  readonly authorizer: Pick<Authorizer, "answer">;
  readonly ids: IdSource;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly headers: Readonly<Record<string, string>>;
  readonly parseJson: ParseJson;
  /** whether `X-Forwarded-*` headers say who calls */
  readonly trustsProxies: boolean;
  readonly maxBodyBytes: number;
  /** `true` while the server is closing: then the router says so */
  readonly isClosing: () => boolean;
  readonly next: RequestListener;
}): RequestListener {
  const { readers, identity, authorizer, ids, log, metrics, parseJson, trustsProxies, maxBodyBytes } = parts;
  const routes = new Map<string, Route>();
  for (const key of Object.keys(readers) as AskingRoute[]) {
    const rule: RouteRule | undefined = routeTable[key];
    if (rule?.access !== "asks")
      throw new TypeError(`the route \`${key}\` is not in the authorization table as one that asks`);
    const [method = "", url = ""] = key.split(" ");
    routes.set(url, {
      url,
      read: readers[key],
      answered: metrics.requests.at({ method, route: url, status: "200" }),
      measured: metrics.requestSeconds.at({ method, route: url }),
    });
  }
  const constant = ["content-type", "application/json; charset=utf-8", ...Object.entries(parts.headers).flat()];

  function identify(
    request: IncomingMessage,
  ): { readonly plain: PlainRequest; readonly call: CallContext } | undefined {
    try {
      return identifyPlain(request);
    } catch {
      // SECURITY: nothing may escape a listener; the router meets the same failure, answers it and logs it
      return undefined;
    }
  }

  function identifyPlain(
    request: IncomingMessage,
  ): { readonly plain: PlainRequest; readonly call: CallContext } | undefined {
    const plain = readPlainRequest(request.rawHeaders, { trustsProxies, maxBodyBytes });
    const user = plain && identity.recall(new Secret(plain.key));
    if (!user) return undefined;
    const requestId = plain.requestId ?? ids.uuid();
    return { plain, call: { subject: toSubject(user), requestId, ip: request.socket.remoteAddress, via: "rest" } };
  }

  async function answer({ route, call, response, since }: Exchange, text: string): Promise<void> {
    let status = 200;
    let body: string;
    let more: readonly string[] = [];
    try {
      const asking = route.read(call, parse(text));
      const { action, questions, stopAt, toJson } = asking instanceof Promise ? await asking : asking;
      body = toJson(await authorizer.answer(call, action, questions, stopAt));
    } catch (error) {
      const failure = toHttpFailure(error);
      const { requestId } = call;
      if (failure.unplanned) log.error({ error, requestId, route: route.url }, "a call failed unexpectedly");
      status = failure.status;
      more = Object.entries(failure.headers).flat();
      body = JSON.stringify(toErrorBody(failure, requestId));
    }
    if (!response.destroyed) {
      const length = String(Buffer.byteLength(body));
      response.writeHead(status, [...constant, "x-request-id", call.requestId, "content-length", length, ...more]);
      response.end(body);
    }
    record(route, status, call.requestId, performance.now() - since);
  }

  function parse(text: string): unknown {
    try {
      return parseJson(text);
    } catch (error) {
      throw new BadInputError(unreadableBody, { cause: error });
    }
  }

  function record(route: Route, status: number, requestId: string, tookMs: number): void {
    if (status === 200) route.answered();
    else metrics.requests.add({ method: "POST", route: route.url, status: String(status) });
    route.measured(tookMs / 1_000);
    const facts = { method: "POST", route: route.url, status, durationMs: Math.round(tookMs), requestId };
    if (status >= 500) log.warn(facts, "answered");
    else log.debug(facts, "answered");
  }

  function take(this: Carrier, chunk: Buffer): void {
    const one = this[exchange];
    if (!one) return;
    if (one.chunks === undefined) one.chunks = chunk;
    else if (Array.isArray(one.chunks)) one.chunks.push(chunk);
    else one.chunks = [one.chunks, chunk];
  }

  function end(this: Carrier): void {
    const one = this[exchange];
    if (!one) return;
    const bytes = Array.isArray(one.chunks) ? Buffer.concat(one.chunks, one.length) : one.chunks;
    one.chunks = undefined;
    // INVARIANT: `answer` answers its failures itself
    void answer(one, bytes === undefined ? "" : bytes.toString());
  }

  return (request: Carrier, response) => {
    const route = request.method === "POST" ? routes.get(request.url ?? "") : undefined;
    const known = route && !parts.isClosing() ? identify(request) : undefined;
    if (!route || !known) {
      parts.next(request, response);
      return;
    }
    const { plain, call } = known;
    request[exchange] = { route, call, response, length: plain.length, since: performance.now(), chunks: undefined };
    request.on("data", take);
    request.on("end", end);
  };
}
