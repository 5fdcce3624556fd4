import type { FastifyRequest } from "fastify";
import { describeResource, type GrantHistory } from "../../control/index.ts";
import type { Grant } from "../../control/ports.ts";
import type { GraphqlServices } from "../../graphql/index.ts";
import type { CallContext } from "../../heimdall/ports.ts";
import { NotFoundError } from "../../shared/errors.ts";
import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import type { GovernedResources } from "./governed.ts";
import {
  fromGrant,
  fromGrantChange,
  fromGrantRequest,
  grantBody,
  notesBody,
  toGrantManifest,
  withoutSubject,
} from "./grant-bodies.ts";
import { sendList } from "./paging.ts";
import { parameter } from "./parameter.ts";

interface Services extends Pick<GraphqlServices, "authorizer" | "control"> {
  readonly grantHistory: GrantHistory;
}

const isGrant = ({ state }: Grant): boolean => state !== "requested" && state !== "rejected";
const isRequest = (grant: Grant): boolean => grant.isRequest;

/** The vendor's routes of grants and of requests for them. */
export function addGrantRoutes(
  addRoute: AddRoute,
  governed: GovernedResources,
  { authorizer, control, grantHistory }: Services,
): void {
  const grants = async (call: CallContext, isWanted: (grant: Grant) => boolean): Promise<readonly Grant[]> =>
    (await control.grants(await authorizer.authorizeList(call, "resource.read"))).filter(isWanted);
  const find = async (call: CallContext, name: string, isWanted: (grant: Grant) => boolean): Promise<Grant> => {
    const [grant] = await grants(call, (one) => one.name === name && isWanted(one));
    if (!grant) throw new NotFoundError(`there is no \`${name.slice(0, 100)}\``);
    return grant;
  };
  const remove = async (call: CallContext, grant: Grant): Promise<void> =>
    governed.remove(call, await governed.get(call, "grant", grant.name));

  // ---- grants
  addRoute("GET /heimdall/api/v1/grants", async (call, request, reply) =>
    sendList(request, reply, (await grants(call, isGrant)).map(fromGrant)),
  );
  addRoute("POST /heimdall/api/v1/grants", async (call, request) => {
    const manifest = toGrantManifest(parseBody(grantBody, request.body), true);
    await governed.apply(call, manifest);
    return fromGrant(await find(call, manifest.name, isGrant));
  });
  addRoute("GET /heimdall/api/v1/grants/:id", async (call, request) =>
    fromGrant(await find(call, parameter(request, "id"), isGrant)),
  );
  addRoute("GET /heimdall/api/v1/grants/subjects/:tag", async (call, request, reply) => {
    const tag = parameter(request, "tag");
    const wanted = await grants(call, (grant) => isGrant(grant) && grant.subjects.includes(tag));
    return sendList(request, reply, wanted.map(fromGrant));
  });
  addRoute("GET /heimdall/api/v1/grants/:id/changes", async (call, request, reply) => {
    const auth = await authorizer.authorizeList(call, "resource.read");
    const [grant] = (await control.grants(auth)).filter(({ name }) => name === parameter(request, "id"));
    if (!grant) throw new NotFoundError(`there is no \`${parameter(request, "id").slice(0, 100)}\``);
    const changes = await grantHistory(auth, grant.name);
    return sendList(
      request,
      reply,
      changes.map((change) => fromGrantChange(change, grant)),
    );
  });
  addRoute("DELETE /heimdall/api/v1/grants/:id/tags/:tag", async (call, request) => {
    const grant = await find(call, parameter(request, "id"), isGrant);
    const resource = await governed.get(call, "grant", grant.name);
    await governed.apply(call, withoutSubject(resource, grant, parameter(request, "tag")));
    return fromGrant(await find(call, grant.name, isGrant));
  });
  addRoute("DELETE /heimdall/api/v1/grants/:id", async (call, request, reply) => {
    await remove(call, await find(call, parameter(request, "id"), isGrant));
    return reply.code(204).send();
  });

  // ---- requests for grants
  addRoute("GET /heimdall/api/v1/grant-requests", async (call, request, reply) => {
    const { use_case_id: useCase } = request.query as { readonly use_case_id?: string };
    const wanted = (grant: Grant): boolean => isRequest(grant) && (useCase === undefined || grant.useCase === useCase);
    return sendList(request, reply, (await grants(call, wanted)).map(fromGrantRequest));
  });
  addRoute("POST /heimdall/api/v1/grant-requests", async (call, request) => {
    const manifest = toGrantManifest(parseBody(grantBody, request.body), false);
    await governed.apply(call, manifest);
    return fromGrantRequest(await find(call, manifest.name, isRequest));
  });
  addRoute("GET /heimdall/api/v1/grant-requests/:id", async (call, request) =>
    fromGrantRequest(await find(call, parameter(request, "id"), isRequest)),
  );
  addRoute("DELETE /heimdall/api/v1/grant-requests/:id", async (call, request, reply) => {
    await remove(call, await find(call, parameter(request, "id"), isRequest));
    return reply.code(204).send();
  });
  const decide = async (call: CallContext, request: FastifyRequest, approve: boolean): Promise<Grant> => {
    const notes = parseBody(notesBody, request.body ?? undefined)?.notes ?? undefined;
    const resource = await governed.get(call, "grant", parameter(request, "id"));
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
