import type { Client } from "@elastic/elasticsearch";
import { StorageFullError, UnavailableError } from "../../../shared/errors.ts";
import type { Secret } from "../../../shared/secret.ts";

export interface ElasticOptions {
  /** `http://host:9200`, without credentials */
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
  /** How long to wait for an answer; default 10,000. */
  readonly timeoutMs?: number;
}

/** Calls of the client, connecting when first used. Failures arrive as `UnavailableError` or `StorageFullError`. */
export interface ElasticConnection {
  call<T>(work: (client: Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens no connection before the first call. */
export function openElastic(options: ElasticOptions): ElasticConnection {
  let opened: Promise<Client> | undefined;
  let closed = false;
  return {
    async call(work) {
      if (closed) throw new UnavailableError("the connection to Elasticsearch is closed");
      opened ??= openClient(options);
      try {
        return await work(await opened);
      } catch (error) {
        throw toPlannedError(error, options.url);
      }
    },
    async close() {
      closed = true;
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

/** The type of an error answer of Elasticsearch, e.g. `index_not_found_exception`; `undefined` for any other error. */
export function answeredError(error: unknown): { readonly type: string; readonly status: number } | undefined {
  const cause = error instanceof UnavailableError ? error.cause : error;
  if (!(cause instanceof Error) || cause.name !== "ResponseError" || !("meta" in cause)) return undefined;
  const meta = cause.meta as {
    readonly statusCode?: number;
    readonly body?: { readonly error?: { readonly type?: string } };
  };
  return { type: meta.body?.error?.type ?? "", status: meta.statusCode ?? 0 };
}

async function openClient(options: ElasticOptions): Promise<Client> {
  const { Client: ElasticClient } = await import("@elastic/elasticsearch").catch((cause: unknown) => {
    throw new UnavailableError(
      "the package `@elastic/elasticsearch` is missing: run `npm install @elastic/elasticsearch`",
      {
        cause,
      },
    );
  });
  const { url, username, password, timeoutMs = 10_000 } = options;
  return new ElasticClient({
    node: url,
    requestTimeout: timeoutMs,
    // WHY one: each waits up to 2 s, and what fails is asked again by whoever needs it
    maxRetries: 1,
    ...(username === undefined ? {} : { auth: { username, password: password?.reveal() ?? "" } }),
  });
}

function toPlannedError(error: unknown, url: string): unknown {
  if (!(error instanceof Error)) return error;
  const options = { cause: error };
  if (["ConnectionError", "TimeoutError", "NoLivingConnectionsError", "RequestAbortedError"].includes(error.name)) {
    return new UnavailableError(
      `Elasticsearch at \`${url}\` does not answer; check that it runs and the address is right`,
      options,
    );
  }
  if (error.name === "ProductNotSupportedError") {
    return new UnavailableError(`what answers at \`${url}\` is not Elasticsearch; check the address`, options);
  }
  const answered = answeredError(error);
  if (answered === undefined) return error;
  if (isOutOfSpace(answered.type, error.message)) {
    return new StorageFullError(`Elasticsearch at \`${url}\` has no room left on its disk`, options);
  }
  if (answered.status === 401 || answered.status === 403) {
    return new UnavailableError(
      `Elasticsearch at \`${url}\` refused the credentials; check user and password`,
      options,
    );
  }
  return answered.status === 404 || answered.status === 429 || answered.status >= 500
    ? new UnavailableError(`Elasticsearch at \`${url}\` could not do it now: ${answered.type}; try again`, options)
    : error;
}

/** Whether an error is the block that a full disk puts on indices. */
export function isOutOfSpace(type: string, reason: string): boolean {
  return type === "cluster_block_exception" && /flood-stage|disk usage/.test(reason);
}
