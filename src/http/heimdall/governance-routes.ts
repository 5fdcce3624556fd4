import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { describeResource } from "../../control/index.ts";
import type { Grant, Resource, ResourceType } from "../../control/ports.ts";
import type { GraphqlServices } from "../../graphql/index.ts";
import type { CallContext } from "../../heimdall/ports.ts";
import { BadInputError, NotFoundError } from "../../shared/errors.ts";
import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import {
  fromGrant,
  fromGrantRequest,
  fromPolicy,
  grantBody,
  notesBody,
  policyBody,
  providerBody,
  toGrantManifest,
  toPolicyManifest,
  toProviderManifest,
} from "./governance-bodies.ts";

type Services = Pick<GraphqlServices, "authorizer" | "control">;

const pageSize = 100;
const maxPageSize = 1_000;

/**
 * The vendor's routes of policies, providers, grants and requests for them. They are resources, so each change goes through
 * `Control`, which decides, checks what is handed out, keeps versions and records.
 */
export function addGovernanceRoutes(addRoute: AddRoute, services: Services): void {
  const { authorizer, control } = services;

  const apply = async (
    call: CallContext,
    manifest: { readonly name: string; readonly type: string },
  ): Promise<void> => {
    await control.apply(call, {
      documents: [{ file: "body", text: JSON.stringify(manifest) }],
      variables: new Map(),
      disableInterpolation: true,
      workspace: "public",
      dryRun: false,
    });
  };
  const listAll = async (call: CallContext, type: ResourceType): Promise<Resource[]> => {
    const auth = await authorizer.authorizeList(call, "resource.read");
    const found: Resource[] = [];
    for (let after: string | undefined; ; ) {
      const { items, hasNextPage } = await control.list(auth, { type }, { first: pageSize, after });
      found.push(...items.map(({ node }) => node));
      if (!hasNextPage) return found;
      after = items.at(-1)?.cursor;
    }
  };
  const get = async (call: CallContext, type: ResourceType, name: string): Promise<Resource> =>
    control.get(await authorizer.authorizeList(call, "resource.read"), { type, name, workspace: undefined });
  const remove = async (call: CallContext, type: ResourceType, name: string): Promise<void> => {
    const resource = await get(call, type, name);
    const auth = await authorizer.authorize(call, "resource.delete", describeResource(resource));
    await control.delete(auth, resource.ref, { force: false });
  };
  const grants = async (call: CallContext, isWanted: (grant: Grant) => boolean): Promise<readonly Grant[]> =>
    (await control.grants(await authorizer.authorizeList(call, "resource.read"))).filter(isWanted);
  const findGrant = async (call: CallContext, name: string, isWanted: (grant: Grant) => boolean): Promise<Grant> => {
    const [grant] = await grants(call, (one) => one.name === name && isWanted(one));
    if (!grant) throw new NotFoundError(`there is no \`${name.slice(0, 100)}\``);
    return grant;
  };

  // ---- policies
  addRoute("GET /heimdall/api/v1/policies", async (call) => (await listAll(call, "policy")).map(fromPolicy));
  addRoute("POST /heimdall/api/v1/policies", async (call, request) => {
    const body = parseBody(policyBody, request.body);
    await apply(call, toPolicyManifest(body));
    return fromPolicy(await get(call, "policy", body.name));
  });
  addRoute("GET /heimdall/api/v1/policies/:name", async (call, request) =>
    fromPolicy(await get(call, "policy", parameter(request, "name"))),
  );
  addRoute("PUT /heimdall/api/v1/policies/:name", async (call, request) => {
    const name = parameter(request, "name");
    const body = parseBody(policyBody, { name, ...(request.body as object) });
    if (body.name !== name)
      throw new BadInputError(`the body names \`${body.name}\` and the path \`${name}\`; name the same`);
    await get(call, "policy", name);
    await apply(call, toPolicyManifest(body));
    return fromPolicy(await get(call, "policy", name));
  });
  addRoute("DELETE /heimdall/api/v1/policies/:name", async (call, request, reply) => {
    await remove(call, "policy", parameter(request, "name"));
    return reply.code(204).send();
  });
  addRoute("GET /heimdall/api/v2/policies", async (call, request) => {
    const { page, size } = readPage(request);
    const all = await listAll(call, "policy");
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

  // ---- providers
  addRoute("GET /heimdall/api/v1/providers", async (call) =>
    (await listAll(call, "provider")).map(({ manifest }) => manifest.provider),
  );
  addRoute("GET /heimdall/api/v1/providers/:id", async (call, request) => {
    const { manifest } = await get(call, "provider", parameter(request, "id"));
    return manifest.provider;
  });
  addRoute("POST /heimdall/api/v1/policy-provider", async (call, request) => {
    const body = parseBody(providerBody, request.body);
    await apply(call, toProviderManifest(body));
    return (await get(call, "provider", body.id)).manifest.provider;
  });
  addRoute("DELETE /heimdall/api/v1/providers/:id", async (call, request, reply) => {
    await remove(call, "provider", parameter(request, "id"));
    return reply.code(204).send();
  });

  // ---- grants
  const isGrant = ({ state }: Grant): boolean => state !== "requested" && state !== "rejected";
  addRoute("GET /heimdall/api/v1/grants", async (call) => (await grants(call, isGrant)).map(fromGrant));
  addRoute("POST /heimdall/api/v1/grants", async (call, request) => {
    const body = parseBody(grantBody, request.body);
    const manifest = toGrantManifest(body, true, nameOf(body));
    await apply(call, manifest);
    return fromGrant(await findGrant(call, manifest.name, isGrant));
  });
  addRoute("GET /heimdall/api/v1/grants/:id", async (call, request) =>
    fromGrant(await findGrant(call, parameter(request, "id"), isGrant)),
  );
  addRoute("GET /heimdall/api/v1/grants/subjects/:tag", async (call, request) => {
    const tag = parameter(request, "tag");
    return (await grants(call, (grant) => isGrant(grant) && grant.subjects.includes(tag))).map(fromGrant);
  });
  addRoute("DELETE /heimdall/api/v1/grants/:id", async (call, request, reply) => {
    await remove(call, "grant", (await findGrant(call, parameter(request, "id"), isGrant)).name);
    return reply.code(204).send();
  });

  // ---- requests for grants
  const isRequest = (grant: Grant): boolean => grant.isRequest;
  addRoute("GET /heimdall/api/v1/grant-requests", async (call, request) => {
    const { use_case_id: useCase } = request.query as { readonly use_case_id?: string };
    const wanted = (grant: Grant): boolean => isRequest(grant) && (useCase === undefined || grant.useCase === useCase);
    return (await grants(call, wanted)).map(fromGrantRequest);
  });
  addRoute("POST /heimdall/api/v1/grant-requests", async (call, request) => {
    const body = parseBody(grantBody, request.body);
    const manifest = toGrantManifest(body, false, nameOf(body));
    await apply(call, manifest);
    return fromGrantRequest(await findGrant(call, manifest.name, isRequest));
  });
  addRoute("GET /heimdall/api/v1/grant-requests/:id", async (call, request) =>
    fromGrantRequest(await findGrant(call, parameter(request, "id"), isRequest)),
  );
  addRoute("DELETE /heimdall/api/v1/grant-requests/:id", async (call, request, reply) => {
    await remove(call, "grant", (await findGrant(call, parameter(request, "id"), isRequest)).name);
    return reply.code(204).send();
  });
  const decide = async (call: CallContext, request: FastifyRequest, approve: boolean): Promise<Grant> => {
    const notes = parseBody(notesBody, request.body ?? undefined)?.notes ?? undefined;
    const resource = await get(call, "grant", parameter(request, "id"));
    const auth = await authorizer.authorize(call, "grant.approve", describeResource(resource));
    return control.decideGrant(auth, resource.ref.name, { approve, notes, dryRun: false });
  };
  addRoute("POST /heimdall/api/v1/grant-requests/:id/approve", async (call, request) =>
    fromGrant(await decide(call, request, true)),
  );
  addRoute("POST /heimdall/api/v1/grant-requests/:id/reject", async (call, request) =>
    fromGrantRequest(await decide(call, request, false)),
  );
}

function parameter(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string>>)[name] ?? "";
}

/** WHY: the same grant asked for twice is one grant. */
function nameOf(body: { readonly id?: string | null | undefined; readonly policy_use_case_id: string }): string {
  if (body.id) return body.id;
  const mark = createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, 8);
  return `${body.policy_use_case_id.slice(0, 39)}-${mark}`;
}

/** Pages count from 0. @throws {BadInputError} */
function readPage(request: FastifyRequest): { readonly page: number; readonly size: number } {
  const query = request.query as Readonly<Record<string, string | undefined>>;
  const [page, size] = [Number(query.page ?? 0), Number(query.size ?? pageSize)];
  if (!Number.isSafeInteger(page) || page < 0 || !Number.isSafeInteger(size) || size < 1 || size > maxPageSize) {
    throw new BadInputError(`\`page\` counts from 0, and \`size\` is 1 to ${maxPageSize}`);
  }
  return { page, size };
}
