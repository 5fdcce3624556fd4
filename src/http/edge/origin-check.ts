import type { FastifyInstance } from "fastify";
import { BadInputError, ForbiddenError } from "../../shared/errors.ts";

/** Refuses a `Host` that is none, and calls that a browser makes for a page from elsewhere. Others send no `Origin`. */
export function addOriginCheck(app: FastifyInstance, publicUrl: string | undefined): void {
  const own = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  app.addHook("onRequest", async (request) => {
    const { origin, host } = request.headers;
    if (host && !URL.canParse(`http://${host}`)) throw new BadInputError("the `Host` header is not a host name");
    if (origin === undefined || origin === own || (own === undefined && hostOf(origin) === host)) return;
    throw new ForbiddenError("calls from pages of other origins are not answered; call from your own server instead");
  });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
