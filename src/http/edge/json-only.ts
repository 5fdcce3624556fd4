import Fastify, { type FastifyInstance } from "fastify";

/** Makes `app` read JSON bodies and nothing else; anything else is 415. */
export function readJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "string" },
    // SECURITY: `__proto__` and `constructor.prototype` keys are dropped, so that no later copy can pollute
    app.getDefaultJsonParser("remove", "remove"),
  );
  app.addHook("onRequest", async (request) => {
    const encoding = request.headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity")
      throw new Fastify.errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE();
  });
}
