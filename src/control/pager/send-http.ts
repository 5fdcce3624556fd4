import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { LookupFunction } from "node:net";
import type { NetworkGuard } from "../../scanner/ports.ts";
import { BadInputError, UnavailableError } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";
import type { HttpAnswer, HttpMessage, SendHttp } from "./ports.ts";

const timeoutMs = 10_000;
const maxAnswerBytes = 65_536;
// what the connection itself says
const ownHeaders: ReadonlySet<string> = new Set([
  ...["host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect"],
]);

/** Sends to public addresses and to networks that the operator allows. */
export function createSendHttp(guard: NetworkGuard): SendHttp {
  return async (message, signal) => {
    const url = readUrl(message.url);
    const { address, family } = await guard.resolve(url.hostname);
    // SECURITY: the address that was checked, so that a second look-up cannot lead elsewhere; redirections are not followed
    const lookup: LookupFunction = (_, options, done) =>
      options.all ? done(null, [{ address, family }]) : done(null, address, family);
    return send(url, message, lookup, signal);
  };
}

/** @throws {BadInputError} it is none; the message does not repeat it */
export function readUrl(given: Secret): URL {
  const text = given.reveal();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  throw new BadInputError("the URL is none to send to; expected `https://host/path` without a user in it");
}

function send(
  url: URL,
  { method, headers, body }: HttpMessage,
  lookup: LookupFunction,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const hasBody = method !== "GET" && method !== "DELETE";
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const request = (url.protocol === "https:" ? requestTls : requestPlain)(url, {
    method,
    headers: {
      ...readHeaders(headers),
      ...(hasBody ? { "content-length": String(Buffer.byteLength(body)) } : {}),
    },
    lookup,
    agent: false,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  request.on("response", (answer) => {
    let size = 0;
    // what is answered is not looked at, and not waited for without end
    answer.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxAnswerBytes) request.destroy();
    });
    const seconds = Number(answer.headers["retry-after"]);
    resolve({
      status: answer.statusCode ?? 0,
      retryAfterSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : undefined,
    });
  });
  request.on("error", (cause) => {
    if (signal.aborted) return reject(signal.reason);
    const isLate = cause.name === "TimeoutError" || cause.name === "AbortError";
    const code = "code" in cause ? String(cause.code) : cause.name;
    const why = isLate ? `did not answer within ${timeoutMs / 1000} s` : `does not answer (${code})`;
    reject(new UnavailableError(`\`${url.host}\` ${why}`, { cause }));
  });
  request.end(hasBody ? body : undefined);
  return promise;
}

function readHeaders(given: HttpMessage["headers"]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const text = value instanceof Secret ? value.reveal() : value;
    if (!/^[\w!#$%&'*+.^`|~-]{1,256}$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(text))
      throw new BadInputError(`\`${name.slice(0, 80)}\` is no header, or its value has a character that none has`);
    if (!ownHeaders.has(name.toLowerCase())) headers[name.toLowerCase()] = text;
  }
  return headers;
}
