import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import { fromPolicy, policyBody, toPolicyManifest, withNameOfPath } from "./governance-bodies.ts";
import type { GovernedResources } from "./governed.ts";
import { readPage, sendList } from "./paging.ts";
import { parameter } from "./parameter.ts";

/** The vendor's routes of policies. */
export function addPolicyRoutes(addRoute: AddRoute, governed: GovernedResources): void {
  addRoute("GET /heimdall/api/v1/policies", async (call, request, reply) =>
    sendList(request, reply, (await governed.list(call, "policy")).map(fromPolicy)),
  );
  addRoute("POST /heimdall/api/v1/policies", async (call, request) => {
    const body = parseBody(policyBody, request.body);
    await governed.apply(call, toPolicyManifest(body));
    return fromPolicy(await governed.get(call, "policy", body.name));
  });
  addRoute("GET /heimdall/api/v1/policies/:name", async (call, request) =>
    fromPolicy(await governed.get(call, "policy", parameter(request, "name"))),
  );
  addRoute("PUT /heimdall/api/v1/policies/:name", async (call, request) => {
    const name = parameter(request, "name");
    const body = parseBody(policyBody, withNameOfPath(request.body, "name", name));
    await governed.get(call, "policy", name);
    await governed.apply(call, toPolicyManifest(body));
    return fromPolicy(await governed.get(call, "policy", name));
  });
  addRoute("DELETE /heimdall/api/v1/policies/:name", async (call, request, reply) => {
    await governed.remove(call, await governed.get(call, "policy", parameter(request, "name")));
    return reply.code(204).send();
  });
  addRoute("GET /heimdall/api/v2/policies", async (call, request) => {
    const { page, size } = readPage(request);
    const all = await governed.list(call, "policy");
    return {
      page,
      size,
      total_pages: Math.ceil(all.length / size),
      total_records: all.length,
      policies: all.slice(page * size, (page + 1) * size).map(({ ref, description }) => ({
        name: ref.name,
        description: description ?? "",
      })),
    };
  });
}
