import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { actions } from "../../src/heimdall/authorization/actions.ts";
import { routeTable } from "../../src/http/access/authorization-table.ts";
import { guardRoutes } from "../../src/http/access/routes.ts";
import { createApiServices } from "../support/api-services.ts";
import { startServer } from "../support/http-server.ts";

describe("the authorization table of routes", () => {
  const guarded = () => {
    const app = Fastify({ exposeHeadRoutes: false });
    const authenticator = {
      authenticate: async () => Promise.reject(new Error()),
      authenticateIfShown: async () => undefined,
      checkUrl: async () => {},
    };
    return { app, addRoute: guardRoutes(app, authenticator, {} as never) };
  };

  it("stops the server from starting with a route that is not in it", () => {
    const { app } = guarded();
    expect(() => app.get("/debug", () => "")).toThrow("the route `GET /debug` is missing from the authorization table");
    expect(() => app.route({ method: ["GET", "POST"], url: "/healthz", handler: () => "" })).toThrow(
      "missing from the authorization table",
    );
    expect(() => app.get("/toString", () => "")).toThrow("missing from the authorization table");
  });

  it("stops the server from starting with a route that goes around its guard", () => {
    const { app } = guarded();
    expect(() => app.get("/audit/export", () => "")).toThrow(
      "the route `GET /audit/export` was not added through its guard",
    );
  });

  it("names actions that exist, and every route answers, without a credential before it reads the body", async () => {
    const api = await createApiServices();
    const server = await startServer(api);
    for (const [key, rule] of Object.entries(routeTable)) {
      const named = rule.access === "action" ? [rule.action] : rule.access === "either" ? rule.actions : [];
      for (const action of named) expect(Object.keys(actions)).toContain(action);
      const [method, path = ""] = key.split(" ");
      const url = path.replace(":file", "page.js");
      const headers = { "content-type": "application/json" };
      const body = method === "POST" || method === "PUT" ? { body: "{", headers } : {};
      const anonymous = await fetch(server.url + url, { method: method ?? "GET", ...body });
      const open = rule.access === "anonymous" || rule.access === "optional" || rule.access === "local";
      expect([key, anonymous.status]).toEqual([key, open ? 200 : 401]);
    }
    await server.close();
    await api.close();
  });
});
