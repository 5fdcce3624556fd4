import { type ErrorCode, errorFaces } from "../shared/errors.ts";
import type { Secret } from "../shared/secret.ts";

/** Where the server is and which key to show it. */
export interface Connection {
  readonly url: string;
  /** `source`: where it was set, e.g. `DATAOS_APIKEY` */
  readonly apiKey: { readonly key: Secret; readonly source: string } | undefined;
}

/** A failure that the CLI reports as one line and an exit code. */
export class CommandError extends Error {
  readonly exitCode: number;
  /** further lines, e.g. one per fault */
  readonly lines: readonly string[];

  constructor(message: string, exitCode: number, lines: readonly string[] = []) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
    this.lines = lines;
  }
}

/** Asks the server's GraphQL API. */
export interface Client {
  readonly url: string;
  /** The `data` of the answer. @throws {CommandError} with the exit code of the error's code */
  query<Data>(document: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>;
  /** The body of a GET as text lines. @throws {CommandError} also when the connection ends in the middle */
  lines(path: string): AsyncIterable<string>;
}

interface GraphqlError {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly requestId?: string };
}

interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlError[];
}

/** Makes a client; nothing is sent before the first call. A question is given up after `timeoutMs`. */
export function createClient(
  { url, apiKey }: Connection,
  { timeoutMs = 60_000 }: { readonly timeoutMs?: number } = {},
): Client {
  const base = url.replace(/\/+$/, "");
  const headers: Record<string, string> = apiKey ? { apikey: apiKey.key.reveal() } : {};

  /** @throws {CommandError} no answer, or one that `read` refuses */
  async function send<Answer>(path: string, init: RequestInit, read: (response: Response) => Answer): Promise<Answer> {
    try {
      return await read(await fetch(`${base}${path}`, { ...init, redirect: "error" }));
    } catch (cause) {
      throw cause instanceof CommandError ? cause : unreachable(base, cause, timeoutMs);
    }
  }

  function failed({ message, extensions = {} }: GraphqlError): CommandError {
    const { code = "INTERNAL", requestId } = extensions;
    const { exit } = Object.hasOwn(errorFaces, code) ? errorFaces[code as ErrorCode] : errorFaces.INTERNAL;
    if (code === "UNAUTHENTICATED") return notKnown();
    const more = requestId !== undefined && exit === errorFaces.INTERNAL.exit;
    return new CommandError(message, exit, more ? [`request id ${requestId}; the server's log has the rest`] : []);
  }

  function notKnown(): CommandError {
    const { exit } = errorFaces.UNAUTHENTICATED;
    if (!apiKey)
      return new CommandError(`${base} wants an API key and none is set; set DATAOS_APIKEY`, exit, [
        "the server printed the first key at its first start; `dataos-ctl user apikey create` makes more",
      ]);
    return new CommandError(`${base} does not take the API key from ${apiKey.source}`, exit, [
      "it may be mistyped, expired, revoked, or of another server",
    ]);
  }

  return {
    url: base,
    async query<Data>(document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Data> {
      const request = {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ query: document, variables }),
        signal: AbortSignal.timeout(timeoutMs),
      };
      const answer = await send("/graphql", request, (response) => readAnswer<Data>(response, base));
      const [error] = answer.errors ?? [];
      if (error) throw failed(error);
      if (answer.data === undefined || answer.data === null)
        throw new CommandError("the server's answer has no data", 1);
      return answer.data;
    },
    async *lines(path) {
      // WHY: no limit of time: how long a body takes depends on how much there is
      const body = await send(path, { headers }, async (response) => {
        if (response.ok && response.body) return response.body;
        const [error = { message: `the server answered with status ${response.status}` }] =
          (await readAnswer(response, base)).errors ?? [];
        throw failed(error);
      });
      let rest = "";
      try {
        for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
          const parts = `${rest}${chunk}`.split("\n");
          rest = parts.pop() ?? "";
          yield* parts;
        }
      } catch (cause) {
        const message = `the connection to ${base} broke before the end (${describeCause(cause)}); what was written is incomplete`;
        throw new CommandError(message, errorFaces.UNAVAILABLE.exit);
      }
      if (rest !== "") yield rest;
    },
  };
}

async function readAnswer<Data>(response: Response, base: string): Promise<GraphqlAnswer<Data>> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as GraphqlAnswer<Data> & {
      readonly error?: { readonly code?: string; readonly message?: string; readonly requestId?: string };
    };
    // The REST faces and the authentication gate answer `{error: {code, message}}`.
    if (!body.error) return body;
    const { message = response.statusText, ...extensions } = body.error;
    return { errors: [{ message, extensions }] };
  } catch {
    throw new CommandError(
      `${base} does not answer like a dataos server (status ${response.status}); check DATAOS_URL`,
      errorFaces.UNAVAILABLE.exit,
    );
  }
}

function unreachable(base: string, cause: unknown, timeoutMs: number): CommandError {
  const reason =
    cause instanceof Error && cause.name === "TimeoutError"
      ? `no answer within ${timeoutMs / 1000} s`
      : describeCause(cause);
  return new CommandError(
    `cannot reach ${base}: ${reason}; start the server with \`npm start\`, or set DATAOS_URL to where it is`,
    errorFaces.UNAVAILABLE.exit,
  );
}

function describeCause(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  if (inner instanceof Error && "code" in inner && inner.code === "ECONNREFUSED") return "connection refused";
  return inner instanceof Error ? inner.message : String(inner);
}
