import type { ResourceType } from "../../control/ports.ts";
import type { CallContext } from "../../heimdall/ports.ts";
import { NotFoundError } from "../../shared/errors.ts";
import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import { type Atom, fromAtom, readAtoms } from "./atoms.ts";
import {
  fromUseCase,
  toProviderManifest,
  toUseCaseManifest,
  vocabularyBody,
  withNameOfPath,
} from "./governance-bodies.ts";
import type { Governed, GovernedResources } from "./governed.ts";
import { sendList } from "./paging.ts";
import { parameter } from "./parameter.ts";

type Kind = ResourceType & ("provider" | "use-case");

/** The vendor's routes of what grants are made of: providers, their atoms, and use-cases; those that come with the server too. */
export function addVocabularyRoutes(addRoute: AddRoute, governed: GovernedResources): void {
  const find = async (call: CallContext, kind: Kind, id: string): Promise<Governed> => {
    const found = (await governed.listAll(call, kind)).find(({ name }) => name === id);
    if (!found) throw new NotFoundError(`there is no ${kind} \`${id.slice(0, 100)}\``);
    return found;
  };
  const remove = async (call: CallContext, kind: Kind, id: string): Promise<void> => {
    governed.refuseBuiltIn(kind, id);
    await governed.remove(call, await governed.get(call, kind, id));
  };
  const atoms = async (call: CallContext): Promise<readonly Atom[]> =>
    (await governed.listAll(call, "provider")).flatMap(({ name, spec }) => readAtoms(name, spec));
  const atomsById = async (call: CallContext): Promise<ReadonlyMap<string, Atom>> =>
    new Map((await atoms(call)).map((atom) => [atom.id, atom]));

  // ---- atoms
  addRoute("GET /heimdall/api/v1/atoms", async (call, request, reply) => {
    const { provider_id: provider } = request.query as { readonly provider_id?: string };
    const wanted = (await atoms(call)).filter((atom) => provider === undefined || atom.provider === provider);
    return sendList(request, reply, wanted.map(fromAtom));
  });
  addRoute("GET /heimdall/api/v1/atoms/:id", async (call, request) => {
    const id = parameter(request, "id");
    const atom = (await atomsById(call)).get(id);
    if (!atom) throw new NotFoundError(`atom not found with id ${id.slice(0, 100)}`);
    return fromAtom(atom);
  });

  // ---- providers
  const putProvider = async (call: CallContext, given: unknown) => {
    const body = parseBody(vocabularyBody, given);
    governed.refuseBuiltIn("provider", body.id);
    await governed.apply(call, toProviderManifest(body));
    return (await find(call, "provider", body.id)).spec;
  };
  addRoute("GET /heimdall/api/v1/providers", async (call, request, reply) =>
    sendList(
      request,
      reply,
      (await governed.listAll(call, "provider")).map(({ spec }) => spec),
    ),
  );
  addRoute(
    "GET /heimdall/api/v1/providers/:id",
    async (call, request) => (await find(call, "provider", parameter(request, "id"))).spec,
  );
  addRoute("POST /heimdall/api/v1/policy-provider", (call, request) => putProvider(call, request.body));
  addRoute("PUT /heimdall/api/v1/providers/:id", async (call, request) => {
    const id = parameter(request, "id");
    const body = withNameOfPath(request.body, "id", id);
    await find(call, "provider", id);
    return putProvider(call, body);
  });
  addRoute("DELETE /heimdall/api/v1/providers/:id", async (call, request, reply) => {
    await remove(call, "provider", parameter(request, "id"));
    return reply.code(204).send();
  });

  // ---- use-cases
  const putUseCase = async (call: CallContext, given: unknown) => {
    const body = parseBody(vocabularyBody, given);
    governed.refuseBuiltIn("use-case", body.id);
    await governed.apply(call, toUseCaseManifest(body));
    return showUseCase(call, body.id);
  };
  const showUseCase = async (call: CallContext, id: string) =>
    fromUseCase(await find(call, "use-case", id), await atomsById(call));
  addRoute("GET /heimdall/api/v1/use-cases", async (call, request, reply) => {
    const { category } = request.query as { readonly category?: string };
    const known = await atomsById(call);
    const wanted = (await governed.listAll(call, "use-case")).filter(
      ({ spec }) => category === undefined || spec.category === category,
    );
    return sendList(
      request,
      reply,
      wanted.map((useCase) => fromUseCase(useCase, known)),
    );
  });
  addRoute("POST /heimdall/api/v1/use-cases", (call, request) => putUseCase(call, request.body));
  addRoute("GET /heimdall/api/v1/use-cases/:id", (call, request) => showUseCase(call, parameter(request, "id")));
  addRoute("PUT /heimdall/api/v1/use-cases/:id", async (call, request) => {
    const id = parameter(request, "id");
    const body = withNameOfPath(request.body, "id", id);
    await find(call, "use-case", id);
    return putUseCase(call, body);
  });
  addRoute("DELETE /heimdall/api/v1/use-cases/:id", async (call, request, reply) => {
    await remove(call, "use-case", parameter(request, "id"));
    return reply.code(204).send();
  });
}
