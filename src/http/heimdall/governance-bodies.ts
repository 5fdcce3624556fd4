/** Bodies of the vendor's policies, providers and use-cases, as manifests and back. */
import { z } from "zod";
import type { Resource } from "../../control/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { Atom } from "./atoms.ts";
import type { Governed, Manifest } from "./governed.ts";

const text = z.string().max(4_096);
const id = z.string().min(1).max(256);

export const policyBody = z.looseObject({ name: id, description: text.nullish() });
export const vocabularyBody = z.looseObject({ id, description: text.nullish() });
export const dataPolicyBody = z.looseObject({
  id: id.nullish(),
  name: id.nullish(),
  description: text.nullish(),
  owner: z.string().max(256).nullish(),
});

/** The body of a change of what the path names, which the body may leave out. @throws {BadInputError} they name different things */
export function withNameOfPath(body: unknown, key: "name" | "id", name: string): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const given = (body as Readonly<Record<string, unknown>>)[key];
  if (typeof given === "string" && given !== name) {
    throw new BadInputError(`the body names \`${given.slice(0, 100)}\` and the path \`${name}\`; name the same`);
  }
  return { ...body, [key]: name };
}

/** `{name, subjects, predicates, objects, allow, …}` as a policy. */
export function toPolicyManifest({ name, description, ...access }: z.infer<typeof policyBody>): Manifest {
  const { _links: _, ...rules } = access;
  return {
    name,
    version: "v1",
    type: "policy",
    ...(description && { description }),
    policy: { access: { name, ...rules } },
  };
}

export function fromPolicy({ ref, description, manifest }: Resource) {
  const policy = manifest.policy as { readonly access?: Readonly<Record<string, unknown>> };
  return policy.access
    ? { collection: "default", allow: false, ...policy.access, name: ref.name, description: description ?? "" }
    : { name: ref.name, description: description ?? "", ...policy };
}

export function toProviderManifest({ _links: _, ...provider }: z.infer<typeof vocabularyBody>): Manifest {
  return { name: provider.id, version: "v1", type: "provider", provider };
}

export function toUseCaseManifest({ _links, variables, ...useCase }: z.infer<typeof vocabularyBody>): Manifest {
  return { name: useCase.id, version: "v1", type: "use-case", "use-case": useCase };
}

/** `variables`: by atom, those that a grant still gives. */
export function fromUseCase({ spec }: Governed, atoms: ReadonlyMap<string, Atom>) {
  const { authorization_atoms: ids, values = [] } = spec as {
    readonly authorization_atoms: readonly string[];
    readonly values?: readonly {
      readonly authorization_atom_id: string;
      readonly variable_values: readonly Readonly<Record<string, unknown>>[];
    }[];
  };
  const open = ids.flatMap((id): [string, string[]][] => {
    const fixed = new Set(
      values
        .filter((value) => value.authorization_atom_id === id)
        .flatMap((value) => value.variable_values.flatMap((set) => Object.keys(set))),
    );
    const left = (atoms.get(id)?.variables ?? []).filter((variable) => !fixed.has(variable));
    return left.length === 0 ? [] : [[id, left]];
  });
  return { ...spec, variables: Object.fromEntries(open) };
}

/** `{name, type, priority, dataset_id, selector, mask | filters, …}` as a policy. @throws {BadInputError} it has no name */
export function toDataPolicyManifest(body: z.infer<typeof dataPolicyBody>): Manifest {
  const { id, name, description, owner, _links, ...data } = body;
  const given = name ?? id;
  if (!given) throw new BadInputError("`name` is missing; expected what the policy is called");
  if (name && id && name !== id)
    throw new BadInputError("`id` and `name` are the same; give one of them, or both alike");
  return {
    name: given,
    version: "v1",
    type: "policy",
    ...(description && { description }),
    ...(owner && { owner }),
    policy: { data: { name: given, ...data } },
  };
}

/** The vendor's DataPolicy; `undefined`: it is another kind of policy. */
export function fromDataPolicy({ name, description, owner, spec }: Governed) {
  const { data } = spec as { readonly data?: Readonly<Record<string, unknown>> };
  if (!data) return undefined;
  const words = typeof data.description === "string" ? data.description : "";
  return { ...data, id: name, name, description: description ?? words, owner: owner ?? "" };
}
