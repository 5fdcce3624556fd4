import { type ErrorCode, errorFaces } from "../shared/errors.ts";
import type { Secret } from "../shared/secret.ts";

/** Where the server is and which key to show it. */
export interface Connection {
  readonly url: string;
  readonly apiKey: Secret | undefined;
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
  /** The body of a GET as text lines. */
  lines(path: string): AsyncIterable<string>;
}

interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly requestId?: string };
  }[];
}

const timeoutMs = 60_000;

/** Makes a client; nothing is sent before the first call. */
export function createClient({ url, apiKey }: Connection): Client {
  const base = url.replace(/\/+$/, "");
  const headers: Record<string, string> = apiKey ? { apikey: apiKey.reveal() } : {};

  async function send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${base}${path}`, { ...init, signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
    } catch (cause) {
      throw unreachable(base, cause);
    }
  }

  return {
    url: base,
    async query<Data>(document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Data> {
      const response = await send("/graphql", {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ query: document, variables }),
      });
      const answer = await readAnswer<Data>(response, base);
      const [error] = answer.errors ?? [];
      if (error) throw toCommandError(error.message, error.extensions?.code, error.extensions?.requestId);
      if (answer.data === undefined || answer.data === null)
        throw new CommandError("the server's answer has no data", 1);
      return answer.data;
    },
    async *lines(path) {
      const response = await send(path, { headers });
      if (!response.ok || !response.body) {
        const answer = await readAnswer(response, base);
        throw toCommandError(
          answer.errors?.[0]?.message ?? `the server answered ${response.status}`,
          answer.errors?.[0]?.extensions?.code,
        );
      }
      let rest = "";
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        const parts = `${rest}${chunk}`.split("\n");
        rest = parts.pop() ?? "";
        yield* parts;
      }
      if (rest !== "") yield rest;
    },
  };
}

async function readAnswer<Data>(response: Response, base: string): Promise<GraphqlAnswer<Data>> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as GraphqlAnswer<Data> & {
      readonly error?: { readonly code?: string; readonly message?: string };
    };
    // The REST faces and the authentication gate answer `{error: {code, message}}`.
    if (body.error) {
      return {
        errors: [
          {
            message: body.error.message ?? response.statusText,
            extensions: { ...(body.error.code && { code: body.error.code }) },
          },
        ],
      };
    }
    return body;
  } catch {
    throw new CommandError(
      `${base} does not answer like a dataos server (status ${response.status}); check DATAOS_URL`,
      7,
    );
  }
}

function toCommandError(message: string, code: string | undefined, requestId?: string): CommandError {
  const exit = code !== undefined && Object.hasOwn(errorFaces, code) ? errorFaces[code as ErrorCode].exit : 1;
  return new CommandError(
    message,
    exit,
    requestId && exit === 1 ? [`request id ${requestId}; the server's log has the rest`] : [],
  );
}

function unreachable(base: string, cause: unknown): CommandError {
  const reason =
    cause instanceof Error && cause.name === "TimeoutError"
      ? `no answer within ${timeoutMs / 1000} s`
      : describeCause(cause);
  return new CommandError(
    `cannot reach ${base}: ${reason}; start the server with \`npm start\`, or set DATAOS_URL`,
    errorFaces.UNAVAILABLE.exit,
  );
}

function describeCause(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  if (inner instanceof Error && "code" in inner && inner.code === "ECONNREFUSED") return "connection refused";
  return inner instanceof Error ? inner.message : String(inner);
}
