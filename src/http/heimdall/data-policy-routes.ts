import type { GraphqlServices } from "../../graphql/index.ts";
import { dataPoliciesOn } from "../../heimdall/policy/index.ts";
import type { CallContext } from "../../heimdall/ports.ts";
import { NotFoundError, UnavailableError } from "../../shared/errors.ts";
import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import { toObject } from "./data-decision-routes.ts";
import { datasetId } from "./data-policy-bodies.ts";
import { dataPolicyBody, fromDataPolicy, toDataPolicyManifest, withNameOfPath } from "./governance-bodies.ts";
import { type GovernedResources, type PolicyDocuments, toGoverned } from "./governed.ts";
import { sendList } from "./paging.ts";
import { parameter } from "./parameter.ts";

interface Services extends Pick<GraphqlServices, "authorizer" | "questions"> {
  readonly policyDocuments: PolicyDocuments;
}

/** `/heimdall/dp/api/v1/policies`: the vendor's routes of data policies, those that come with the server too. */
export function addDataPolicyRoutes(
  addRoute: AddRoute,
  governed: GovernedResources,
  { authorizer, questions, policyDocuments }: Services,
): void {
  const listAll = async (call: CallContext) =>
    (await governed.listAll(call, "policy")).flatMap((policy) => fromDataPolicy(policy) ?? []);
  const find = async (call: CallContext, id: string) => {
    const found = (await listAll(call)).find(({ name }) => name === id);
    if (!found) throw unknown(id);
    return found;
  };
  const findApplied = async (call: CallContext, id: string) => {
    governed.refuseBuiltIn("policy", id);
    const resource = await governed.get(call, "policy", id);
    // another kind of policy is not this route's
    if (!fromDataPolicy(toGoverned(resource))) throw unknown(id);
    return resource;
  };

  addRoute("GET /heimdall/dp/api/v1/policies", async (call, request, reply) =>
    sendList(request, reply, await listAll(call)),
  );
  addRoute("POST /heimdall/dp/api/v1/policies", async (call, request) => {
    const manifest = toDataPolicyManifest(parseBody(dataPolicyBody, request.body));
    governed.refuseBuiltIn("policy", manifest.name);
    await governed.apply(call, manifest);
    return find(call, manifest.name);
  });
  addRoute("GET /heimdall/dp/api/v1/policies/:id", (call, request) => find(call, parameter(request, "id")));
  addRoute("PUT /heimdall/dp/api/v1/policies/:id", async (call, request) => {
    const id = parameter(request, "id");
    const body = withNameOfPath(withNameOfPath(request.body, "id", id), "name", id);
    const manifest = toDataPolicyManifest(parseBody(dataPolicyBody, body));
    await findApplied(call, id);
    await governed.apply(call, manifest);
    return find(call, id);
  });
  addRoute("DELETE /heimdall/dp/api/v1/policies/:id", async (call, request, reply) => {
    await governed.remove(call, await findApplied(call, parameter(request, "id")));
    return reply.code(204).send();
  });
  addRoute("GET /heimdall/dp/api/v1/policies/dataset/:dataset_id", async (call, request, reply) => {
    const asked = toObject(parseBody(datasetId, parameter(request, "dataset_id")));
    const { dataset } = await questions.explainDataset(call, call.subject, asked);
    const live = policyDocuments.current();
    if (!live) throw new UnavailableError("the policies could not be verified lately; try again in a moment");
    // SECURITY: which tags its columns have is for those to know who may read it; others get every policy that might be about it
    const { columns, ...bare } = dataset;
    const shown = columns && authorizer.check(call, "read", dataset) ? dataset : bare;
    const names = dataPoliciesOn(live.dataPolicies, shown).map(({ document }) => document);
    const known = new Map((await listAll(call)).map((policy) => [policy.name, policy]));
    return sendList(
      request,
      reply,
      [...new Set(names)].flatMap((name) => known.get(name) ?? []),
    );
  });
}

function unknown(id: string): NotFoundError {
  return new NotFoundError(`there is no data policy \`${id.slice(0, 100)}\``);
}
