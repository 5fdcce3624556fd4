import type { FastifyInstance } from "fastify";
import { ForbiddenError } from "../../shared/errors.ts";

/** Refuses calls that a browser makes for a page from elsewhere. Callers that are no browser send no `Origin`. */
export function addOriginCheck(app: FastifyInstance, publicUrl: string | undefined): void {
  const own = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  app.addHook("onRequest", async (request) => {
    const { origin, host } = request.headers;
    if (origin === undefined || origin === own || (own === undefined && hostOf(origin) === host)) return;
    throw new ForbiddenError("calls from pages of other origins are not answered; call from your own server instead");
  });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
