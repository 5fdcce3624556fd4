import type { FastifyRequest } from "fastify";
import { toSubject } from "../../graphql/index.ts";
import type { AuditLog, CallContext, IdentityStore } from "../../heimdall/ports.ts";
import { BadInputError, UnauthenticatedError } from "../../shared/errors.ts";
import { RateLimitedError } from "../errors.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { readCredential, refuseCredentialInUrl } from "./credentials.ts";
import type { LoginLimiter } from "./login-limiter.ts";

/** Finds out who calls. */
export interface Authenticator {
  /** @throws {UnauthenticatedError} no or no valid credential (recorded) @throws {RateLimitedError} too many of them */
  authenticate(request: FastifyRequest): Promise<CallContext>;
  /** The same, or `undefined` for a caller who shows nothing. */
  authenticateIfShown(request: FastifyRequest): Promise<CallContext | undefined>;
  /** @throws {BadInputError} the URL holds a credential (recorded) */
  checkUrl(request: FastifyRequest): Promise<void>;
}

/** Authenticates API keys; every failure is on record before it is answered. */
export function createAuthenticator(parts: {
  readonly identity: IdentityStore;
  readonly audit: AuditLog;
  readonly limiter: LoginLimiter;
  readonly metrics: Metrics;
}): Authenticator {
  const { identity, audit, limiter, metrics } = parts;

  async function fail(request: FastifyRequest, reason: string): Promise<void> {
    metrics.loginFailures.add({ reason });
    const limit = limiter.failed(request.ip);
    // WHY: past the limit one record says that more followed; the rest are counted in the metric
    if (limit.state === "counted" || limit.first) {
      await audit.append({
        type: limit.state === "counted" ? "login.failed" : "login.limited",
        actor: "anonymous",
        action: "login",
        object: [request.routeOptions.url ?? "unknown route"],
        outcome: "failure",
        requestId: request.id,
        ip: request.ip,
        details: { reason },
      });
    }
    if (limit.state === "limited") throw new RateLimitedError(limit.retryAfterSeconds);
  }

  async function authenticateIfShown(request: FastifyRequest): Promise<CallContext | undefined> {
    const shown = readCredential(request.headers);
    if (shown.kind === "none") return undefined;
    if (shown.kind === "credential") {
      try {
        const user = await identity.authenticate(shown.key);
        return {
          subject: toSubject(user),
          requestId: request.id,
          ip: request.ip,
          via: request.routeOptions.url === "/graphql" ? "graphql" : "rest",
        };
      } catch (error) {
        if (!(error instanceof UnauthenticatedError)) throw error;
      }
    }
    await fail(request, "invalid-credential");
    throw new UnauthenticatedError();
  }

  return {
    authenticateIfShown,
    async authenticate(request) {
      const call = await authenticateIfShown(request);
      if (call) return call;
      await fail(request, "no-credential");
      throw new UnauthenticatedError();
    },
    async checkUrl(request) {
      try {
        refuseCredentialInUrl(request.url);
      } catch (error) {
        if (error instanceof BadInputError) await fail(request, "credential-in-url");
        throw error;
      }
    },
  };
}
