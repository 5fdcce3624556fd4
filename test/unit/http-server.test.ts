import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { verifyAuditExport } from "../../src/heimdall/audit/index.ts";
import type { HttpServices } from "../../src/http/index.ts";
import { AuditUnavailableError } from "../../src/shared/errors.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

let api: ApiServices;
let keys: ApiServices["keys"];
let server: TestServer;
let before = 0;
beforeAll(async () => {
  api = await createApiServices();
  keys = api.keys;
});
beforeEach(async () => {
  server = await startServer(api);
  before = (await api.records()).length;
});
afterEach(() => server.close());
afterAll(() => api.close());

/** Starts the server anew with some parts replaced. */
async function restart(replaced: Partial<HttpServices>): Promise<void> {
  await server.close();
  server = await startServer({ ...api, ...replaced });
}

/** Audit records of this test. */
async function recorded() {
  return (await api.records()).slice(before);
}

describe("authentication", () => {
  it("answers every wrong or missing credential with the same 401 and records it", async () => {
    const answers = await Promise.all([
      server.post("/graphql", { query: "{ me { id } }" }),
      server.post("/graphql", { query: "{ me { id } }" }, { apikey: "hmd_x_wrongwrongwrong" }),
      server.post("/graphql", { query: "{ me { id } }" }, { authorization: "Bearer eyJhbGciOiJub25lIn0.e30." }),
      server.post("/graphql", { query: "{ me { id } }" }, { authorization: "Basic cm9vdDpyb290" }),
      server.post("/graphql", { query: "{ me { id } }" }, { apikey: keys.ann, authorization: `Bearer ${keys.root}` }),
    ]);
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect(new Set(bodies.map((body) => body.errors[0].message)).size).toBe(1);
    expect(bodies[0].errors[0].extensions.code).toBe("UNAUTHENTICATED");
    const records = await recorded();
    expect(records.map(({ type, object }) => [type, object])).toEqual(
      Array.from({ length: 5 }, () => ["login.failed", ["/graphql"]]),
    );
    expect(JSON.stringify(records)).not.toMatch(/wrongwrong|eyJ|cm9vd/);
  });

  it("takes a key from either header", async () => {
    for (const headers of [
      { apikey: keys.ann },
      { authorization: `Bearer ${keys.ann}` },
      { apikey: keys.ann, authorization: `bearer ${keys.ann}` },
    ]) {
      const answer = await server.post("/graphql", { query: "{ me { id name email roles } }" }, headers);
      expect(await answer.json()).toEqual({
        data: { me: { id: "ann", name: "Ann", email: "ann@example.org", roles: ["user"] } },
      });
    }
  });

  it("refuses a credential in the URL, whichever way it is written, and records it", async () => {
    const urls = [
      "/healthz?apikey=x",
      "/metrics?API_KEY=x",
      "/graphql?a=hmd_k_0123456789abcdef0",
      "/graphql/assets/hmd_k_0123456789abcdef0",
    ];
    for (const url of urls) expect((await server.get(url)).status).toBe(400);
    expect((await recorded()).map(({ details }) => details?.reason)).toEqual(urls.map(() => "credential-in-url"));
  });

  it("stops recording failed logins of one peer after 100 and says when to come back, but keeps taking valid keys", async () => {
    for (let attempt = 0; attempt < 100; attempt++) await server.post("/graphql", {}, { apikey: "no" });
    const limited = await server.post("/graphql", {}, { apikey: "no" });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    await server.post("/graphql", {}, { apikey: "no" });
    const records = await recorded();
    expect(records.map(({ type }) => type).slice(-2)).toEqual(["login.failed", "login.limited"]);
    expect(records).toHaveLength(101);
    expect((await server.graphql("{ me { id } }", keys.ann)).data).toEqual({ me: { id: "ann" } });
  });

  it("answers 503 when a failed login cannot be recorded", async () => {
    const append = async () => {
      throw new AuditUnavailableError("the audit log cannot be written");
    };
    await restart({ audit: { ...api.audit, append } });
    expect((await server.post("/graphql", {})).status).toBe(503);
  });
});

describe("transport", () => {
  it("refuses bodies that are not JSON, too large or compressed", async () => {
    const headers = { apikey: keys.ann };
    const statusOf = async (path: string, body: string, more: Record<string, string>) =>
      (await fetch(`${server.url}${path}`, { method: "POST", body, headers: { ...headers, ...more } })).status;
    expect(await statusOf("/graphql", "query=1", { "content-type": "application/x-www-form-urlencoded" })).toBe(415);
    expect(await statusOf("/graphql", "{}", { "content-type": "text/plain" })).toBe(415);
    expect(await statusOf("/graphql", "--x--", { "content-type": "multipart/form-data; boundary=x" })).toBe(415);
    expect(await statusOf("/graphql", "{}", { "content-type": "application/json", "content-encoding": "gzip" })).toBe(
      415,
    );
    expect(await statusOf("/graphql", "{nope", { "content-type": "application/json" })).toBe(400);
    expect(await statusOf("/graphql", `"${"x".repeat(2 * 1024 * 1024)}"`, { "content-type": "application/json" })).toBe(
      413,
    );
    expect(
      await statusOf("/access/v1/evaluation", `"${"x".repeat(1024 * 1024)}"`, { "content-type": "application/json" }),
    ).toBe(413);
  });

  it("ends connections that do not speak proper HTTP, in the form of its other failures", async () => {
    const send = (text: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = "";
        const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () => socket.write(text));
        socket.on("data", (chunk) => {
          answer += chunk;
        });
        socket.on("close", () => resolve(answer));
        socket.on("error", reject);
      });
    const post = "POST /graphql HTTP/1.1\r\nHost: x\r\n";
    const tooMany = await send(`GET /healthz HTTP/1.1\r\nHost: x\r\n${"a: b\r\n".repeat(10_000)}\r\n`);
    expect(tooMany).toMatch(
      /^HTTP\/1\.1 431 [\s\S]*\{"error":\{"code":"BAD_USER_INPUT","message":"the headers are too large"\}\}$/,
    );
    expect(await send(`${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await send("\x16\x03\x01\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await send("GET /healthz HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect((await server.get("/healthz")).status).toBe(200);
  });

  it("refuses calls that a browser makes for another site's page", async () => {
    for (const origin of ["null", "https://app.evil", `${server.url}.evil`]) {
      const answer = await server.post("/graphql", { query: "{ me { id } }" }, { apikey: keys.ann, origin });
      expect(answer.status).toBe(403);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
    expect(
      (await server.post("/graphql", { query: "{ me { id } }" }, { apikey: keys.ann, origin: server.url })).status,
    ).toBe(200);
  });

  it("puts the security headers and the request id on every answer, failures included", async () => {
    for (const [path, status] of [
      ["/healthz", 200],
      ["/nowhere", 404],
      ["/audit/export", 401],
      ["/graphql", 200],
    ] as const) {
      const answer = await server.get(path);
      expect(answer.status).toBe(status);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(answer.headers.get("content-security-policy")).not.toContain("unsafe");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.headers.get("server") ?? answer.headers.get("x-powered-by")).toBeNull();
    }
  });

  it("keeps the caller's request id where it is harmless and makes its own where not", async () => {
    expect((await server.get("/healthz", { "x-request-id": "abc-123" })).headers.get("x-request-id")).toBe("abc-123");
    expect((await server.get("/healthz", { "x-request-id": "a b" })).headers.get("x-request-id")).toMatch(
      /^[0-9a-f-]{36}$/,
    );
    const vendor = await server.get("/healthz", { "dataos-correlation-id": "c0ffee" });
    expect(vendor.headers.get("x-request-id")).toBe("c0ffee");
  });

  it("says which methods an address answers to", async () => {
    const answer = await fetch(`${server.url}/healthz`, { method: "DELETE" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"]);
  });

  it("ends calls that run before it closes, and takes no more", async () => {
    const gate = Promise.withResolvers<void>();
    await restart({
      engines: async () => {
        await gate.promise;
        return [];
      },
    });
    const running = server.get("/readyz");
    await expect.poll(() => server.connections()).toBe(1);
    const closed = server.close();
    gate.resolve();
    expect((await running).status).toBe(200);
    await closed;
    await expect(server.get("/healthz")).rejects.toThrow();
  });
});

describe("health and metrics", () => {
  it("tells anonymous callers each engine's state and no version", async () => {
    const anonymous = await (await server.get("/readyz")).json();
    expect(anonymous).toEqual({ status: "ready", engines: [{ name: "state", state: "ready", required: true }] });
    expect(JSON.stringify(await (await server.get("/readyz", { apikey: keys.ann })).json())).toContain("9.9.9-canary");
    expect((await server.get("/readyz", { apikey: "wrong" })).status).toBe(401);
  });

  it("is not ready when an engine it needs is down, and ready when another one is", async () => {
    let state: "down" | "ready" = "down";
    await restart({
      engines: async () => [
        { name: "state", state, required: true },
        { name: "search", state: "down", required: false },
      ],
    });
    expect((await server.get("/readyz")).status).toBe(503);
    state = "ready";
    expect((await server.get("/readyz")).status).toBe(200);
  });

  it("gives metrics to callers on this machine, and to others only with a key", async () => {
    await server.post("/graphql", {}, { apikey: "no" });
    const text = await (await server.get("/metrics")).text();
    expect(text).toContain('dataos_http_requests_total{method="POST",route="/graphql",status="401"} 1');
    expect(text).toContain('dataos_login_failures_total{reason="invalid-credential"} 1');
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect((await server.get("/metrics", { "x-forwarded-for": "127.0.0.1" })).status).toBe(401);
    expect((await server.get("/metrics", { "x-forwarded-for": "127.0.0.1", apikey: keys.ann })).status).toBe(200);
  });
});

describe("audit export", () => {
  it("streams the log to those who may read it, as lines that prove it offline", async () => {
    await server.post("/graphql", {}, { apikey: "no" });
    const answer = await server.get("/audit/export", { apikey: keys.root });
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await answer.text()).trimEnd().split("\n");
    expect(await verifyAuditExport(lines)).toMatchObject({ state: "sound", problem: undefined });
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ action: "audit.read", actor: "root", outcome: "allow" });
  });

  it("is refused to others", async () => {
    const answer = await server.get("/audit/export", { apikey: keys.ann });
    expect(answer.status).toBe(403);
    const { error } = await answer.json();
    expect(error).toMatchObject({ code: "FORBIDDEN", decisionId: (await recorded()).at(-1)?.decisionId });
  });
});

describe("the page", () => {
  it("loads nothing from elsewhere and has no inline script", async () => {
    const answer = await server.get("/graphql");
    const html = await answer.text();
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script>|<script [^>]*>[^<]| on[a-z]+=|<style/);
    for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      const asset = await server.get(path ?? "");
      expect([path, asset.status]).toEqual([path, 200]);
      expect((await asset.text()).length).toBeGreaterThan(100);
    }
    expect((await server.get("/graphql/assets/..%2f..%2fpackage.json")).status).toBe(404);
    expect((await server.get("/graphql/assets/package.json")).status).toBe(404);
  });

  it("runs no operation by GET", async () => {
    expect((await server.get("/graphql?query={me{id}}", { apikey: keys.ann })).status).toBe(400);
    expect(await recorded()).toEqual([]);
  });
});
