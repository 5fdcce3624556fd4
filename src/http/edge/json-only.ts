import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";

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

/** What may be one of the keys that are dropped, escapes included. */
const suspicious = /\\|__proto__|constructor|^\ufeff/;

/** The parser that `readJsonOnly` gives the router, for those who read bodies themselves. */
export function createJsonParser(app: FastifyInstance): (text: string) => unknown {
  const parse = app.getDefaultJsonParser("remove", "remove");
  return (text) => {
    // WHY: most bodies have nothing to drop, and need no second look
    if (!suspicious.test(text)) return JSON.parse(text);
    let result: unknown;
    // the router's parser calls back before it returns
    parse.call(app, {} as FastifyRequest, text, (error, value) => {
      if (error) throw error;
      result = value;
    });
    return result;
  };
}
