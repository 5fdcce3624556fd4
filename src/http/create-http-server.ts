import type { RequestListener } from "node:http";
import Fastify from "fastify";
import type { GrantHistory } from "../control/index.ts";
import { createCursorSeal, createGraphqlServer, type GraphqlServices } from "../graphql/index.ts";
import type { Clock } from "../shared/clock.ts";
import type { IdSource } from "../shared/ids.ts";
import type { Logger } from "../shared/logger.ts";
import type { Secret } from "../shared/secret.ts";
import { createAuthenticator } from "./access/authenticate.ts";
import { createLoginLimiter } from "./access/login-limiter.ts";
import { guardRoutes } from "./access/routes.ts";
import { addAuditRoute } from "./audit-route.ts";
import { addAuthzenRoutes, createAuthzenReaders } from "./authzen/authzen-routes.ts";
import { addSearchRoutes } from "./authzen/search-routes.ts";
import { answerClientError } from "./edge/client-errors.ts";
import { createDecisionListener } from "./edge/decision-listener.ts";
import { addFailureAnswers } from "./edge/failure-answers.ts";
import { createJsonParser, readJsonOnly } from "./edge/json-only.ts";
import { listen } from "./edge/listen.ts";
import { addOriginCheck } from "./edge/origin-check.ts";
import { readRequestId } from "./edge/request-id.ts";
import { addRequestRecords } from "./edge/request-records.ts";
import { addSecurityHeaders, headersForServices, securityHeaders } from "./edge/security-headers.ts";
import { addGraphqlRoutes } from "./graphql-routes.ts";
import { addHealthRoutes, type EngineState } from "./health-routes.ts";
import { addHeimdallRoutes } from "./heimdall/authorize-routes.ts";
import { addDataDecisionRoutes } from "./heimdall/data-decision-routes.ts";
import { addGovernanceRoutes } from "./heimdall/governance-routes.ts";
import type { PolicyDocuments } from "./heimdall/governed.ts";
import { addObjectRoutes } from "./heimdall/object-routes.ts";
import { createMetrics, type Metrics } from "./metrics/metrics.ts";
import type { Gauge } from "./metrics/series.ts";

/** What the server is a face of. */
export interface HttpServices extends GraphqlServices {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Logger;
  readonly policyDocuments: PolicyDocuments;
  readonly grantHistory: GrantHistory;
  /** The engines' states now, for `/readyz`; must answer within a second or so. */
  engines(): Promise<readonly EngineState[]>;
}

export interface HttpOptions {
  /** default `127.0.0.1` */
  readonly host?: string;
  /** 0 for any free one */
  readonly port: number;
  /** How clients reach the server where that is not its own address, e.g. `https://governance.example.com`. */
  readonly publicUrl?: string;
  /** Addresses or CIDR ranges of proxies whose `X-Forwarded-*` headers are believed; none by default. */
  readonly trustedProxies?: readonly string[];
  /** Signs cursors; the same in every process of an installation. At least 32 random characters. */
  readonly cursorKey: Secret;
  /** the text of `schema.graphql` */
  readonly schema: string;
  /** more numbers for `/metrics` */
  readonly gauges?: readonly Gauge[];
  /** What counts the calls, where others read it too; default: its own, with `gauges`. */
  readonly metrics?: Metrics;
}

/** The server's edge. */
export interface HttpServer {
  /** @throws {UnavailableError} the address is in use or not ours */
  listen(): Promise<{ readonly url: string }>;
  /** Takes no more calls, lets those that run end for at most 10 s, then cuts them. Idempotent. */
  close(): Promise<void>;
}

const requestLimitMs = 30_000;
/** WHY: longer than the request may take to arrive, so that a slow one ends as 408 and a slow answer as 504 */
const answerLimitMs = requestLimitMs + 5_000;
const headersLimitMs = 10_000;
const keepAliveMs = 15_000;
const drainMs = 10_000;
const sweepMs = 50;
const maxBodyBytes = 1024 * 1024;
/** in characters as they stand in the URL: the longest id of an object, each character in nine */
const maxUrlParameter = 256 * 9;

/** Builds the server; nothing is bound before `listen`. @throws {TypeError} a route or field has no entry in its authorization table */
export async function createHttpServer(services: HttpServices, options: HttpOptions): Promise<HttpServer> {
  const { clock, ids, log } = services;
  const metrics = options.metrics ?? createMetrics(options.gauges);
  const app = Fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestLimitMs,
    handlerTimeout: answerLimitMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: "idle",
    clientErrorHandler: answerClientError,
    exposeHeadRoutes: false,
    genReqId: ({ headers }) => readRequestId(headers) ?? ids.uuid(),
    requestIdHeader: false,
    trustProxy: options.trustedProxies ? [...options.trustedProxies] : false,
    routerOptions: { maxParamLength: maxUrlParameter },
    http: { headersTimeout: headersLimitMs, connectionsCheckingInterval: 1_000 },
  });
  readJsonOnly(app);
  const headers = securityHeaders(options.publicUrl?.startsWith("https:") ?? false);
  addSecurityHeaders(app, headers);
  addOriginCheck(app, options.publicUrl);
  addFailureAnswers(app, log);
  addRequestRecords(app, log, metrics);

  const authenticator = createAuthenticator({
    identity: services.identity,
    audit: services.audit,
    limiter: createLoginLimiter(clock),
    metrics,
  });
  const addRoute = guardRoutes(app, authenticator, services.authorizer);
  const apollo = createGraphqlServer(options.schema, log);
  await apollo.start();
  let ownUrl = withoutSlash(options.publicUrl ?? "");
  addGraphqlRoutes(addRoute, apollo, services, { cursors: createCursorSeal(options.cursorKey), clock, log });
  addHealthRoutes(addRoute, metrics, () => services.engines());
  addHeimdallRoutes(addRoute, services);
  addDataDecisionRoutes(addRoute, services);
  addGovernanceRoutes(addRoute, services);
  addObjectRoutes(addRoute, services);
  const readers = createAuthzenReaders(services.identity);
  addAuthzenRoutes(addRoute, readers, () => ownUrl);
  addSearchRoutes(addRoute, services);
  addAuditRoute(addRoute, services.audit);
  await app.ready();

  let closing: Promise<void> | undefined;
  const [router] = app.server.listeners("request") as RequestListener[];
  if (!router) throw new TypeError("the router does not listen");
  app.server.off("request", router).on(
    "request",
    createDecisionListener({
      readers,
      identity: services.identity,
      authorizer: services.authorizer,
      ids,
      log,
      metrics,
      headers: headersForServices(headers),
      parseJson: createJsonParser(app),
      trustsProxies: (options.trustedProxies ?? []).length > 0,
      maxBodyBytes,
      isClosing: () => closing !== undefined,
      next: router,
    }),
  );
  return {
    async listen() {
      const url = await listen(app, options.host ?? "127.0.0.1", options.port);
      if (options.publicUrl === undefined) ownUrl = url;
      return { url };
    },
    close() {
      closing ??= (async () => {
        const cancel = clock.schedule(drainMs, () => app.server.closeAllConnections());
        // WHY: a connection that is busy when closing begins is kept for its caller's next call, and would hold the end up
        const sweep = setInterval(() => app.server.closeIdleConnections(), sweepMs);
        await app.close();
        clearInterval(sweep);
        cancel();
        await apollo.stop();
      })();
      return closing;
    },
  };
}

function withoutSlash(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : url;
}
