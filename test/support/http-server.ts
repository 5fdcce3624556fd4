import { readFileSync } from "node:fs";
import { createHttpServer, type HttpOptions, type HttpServices } from "../../src/http/index.ts";
import { Secret } from "../../src/shared/secret.ts";

/** An answer whose JSON is looked at by its parts. */
// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
export type TestResponse = Omit<Response, "json"> & { json(): Promise<any> };

/** A server on a free port, and short ways to call it. */
export interface TestServer {
  readonly url: string;
  get(path: string, headers?: Record<string, string>): Promise<TestResponse>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<TestResponse>;
  graphql(query: string, key: string, variables?: object): ReturnType<TestResponse["json"]>;
  /** Sockets that are open now. */
  connections(): number;
  close(): Promise<void>;
}

/** The text of `schema.graphql`. */
export const schemaText = readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8");

export async function startServer(services: HttpServices, options: Partial<HttpOptions> = {}): Promise<TestServer> {
  let open = 0;
  const engines = async () => {
    open++;
    try {
      return await services.engines();
    } finally {
      open--;
    }
  };
  const server = await createHttpServer(
    { ...services, engines },
    { port: 0, schema: schemaText, cursorKey: new Secret("0123456789abcdef0123456789abcdef"), ...options },
  );
  const { url } = await server.listen();
  const get: TestServer["get"] = (path, headers = {}) => fetch(`${url}${path}`, { headers }) as Promise<TestResponse>;
  const post: TestServer["post"] = (path, body, headers = {}) =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }) as Promise<TestResponse>;
  return {
    url,
    get,
    post,
    graphql: async (query, key, variables) => (await post("/graphql", { query, variables }, { apikey: key })).json(),
    connections: () => open,
    close: () => server.close(),
  };
}
