import { type Agent as HttpAgent, request as httpRequest } from "node:http";
import { type Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** A failed call: no answer in time, none at all, or one that refuses. */
export class CallError extends Error {
  /** Whether the server is not to be bothered for a while; not so for calls that it refused for what they said. */
  readonly isServers: boolean;
  constructor(message: string, isServers: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isServers = isServers;
  }
}

const maxAnswerBytes = 16 * 1024 * 1024;

/** Posts `body` and gives the answer's JSON; `undefined` where there is none (204). @throws {CallError} */
export function sendJson(
  url: URL,
  body: unknown,
  options: {
    readonly agent: HttpAgent | HttpsAgent;
    readonly apiKey: string;
    readonly timeoutMs: number;
  },
): Promise<unknown> {
  const text = JSON.stringify(body);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: "POST",
      agent: options.agent,
      // WHY: a deadline for the whole call; a socket's own timeout begins anew with each byte
      signal: AbortSignal.timeout(options.timeoutMs),
      headers: {
        apikey: options.apiKey,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      },
    });
    const fail = (error: Error & { readonly code?: string }): void => {
      const isLate = error.name === "TimeoutError" || error.code === "ABORT_ERR";
      const why = isLate
        ? `did not answer within ${options.timeoutMs} ms`
        : `could not be reached (${error.code ?? error.message})`;
      reject(new CallError(`the server ${why}`, true, { cause: error }));
    };
    request.on("error", fail);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("error", fail);
      response.on("aborted", () => fail(new Error("the connection was lost")));
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxAnswerBytes) request.destroy(new Error("the answer is too long"));
        else chunks.push(chunk);
      });
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        if (status === 204) return resolve(undefined);
        try {
          const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
          if (status === 200) resolve(value);
          else reject(new CallError(`the server refused the call (${status}: ${messageOf(value)})`, status >= 500));
        } catch (error) {
          reject(new CallError(`the server's answer (${status}) is not JSON`, true, { cause: error }));
        }
      });
    });
    request.end(text);
  });
}

function messageOf(value: unknown): string {
  const error = (value as { readonly error?: { readonly message?: unknown } } | null)?.error;
  return typeof error?.message === "string" ? error.message : "no reason given";
}
