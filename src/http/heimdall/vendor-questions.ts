import type { DecisionQuestion } from "../../heimdall/ports.ts";
import type { Attributes, Subject } from "../../shared/decision.ts";
import { BadInputError } from "../../shared/errors.ts";
import { type Atom, fillAtom } from "./atoms.ts";
import type { PepContext, VendorContext } from "./bodies.ts";

/** Whether nothing is asked, so that only the token is looked at. */
export function asksNothing(context: VendorContext | null | undefined, pep: PepContext): boolean {
  return !context && !pep?.authorization_atom_id;
}

/**
 * The questions of one context, all of which must be allowed: one, or one for each predicate of the atom that it names. Where `context`
 * says predicate and object itself, the atom's id only says where the caller has them from, as the vendor's client sends it.
 *
 * @param atoms that there are, by id
 * @throws {BadInputError} it does not say what is asked, says it twice, or names an atom that cannot be asked about
 */
export function toQuestions(
  subject: Subject | { readonly unknownId: string },
  context: VendorContext,
  pep: PepContext,
  atoms: () => ReadonlyMap<string, Atom>,
): readonly DecisionQuestion[] {
  const { collection, metadata } = context;
  const { predicates, object } = toAsked(context, pep, atoms);
  return predicates.map((predicate) => ({
    subject,
    predicate,
    object,
    ...(metadata ? { context: metadata } : {}),
    ...(collection ? { collection } : {}),
  }));
}

function toAsked(
  { predicate, object }: VendorContext,
  pep: PepContext,
  atoms: () => ReadonlyMap<string, Atom>,
): { readonly predicates: readonly string[]; readonly object: DecisionQuestion["object"] } {
  const atom = pep?.authorization_atom_id;
  const variables = pep?.variables;
  if (object) {
    if (!predicate)
      throw new BadInputError("`context.predicate` is missing; say what is to be done with `context.object`");
    if (variables) {
      throw new BadInputError(
        "both `context.object` and `pep_context.variables` say what it is about; leave one of them out",
      );
    }
    const attributes: Attributes = {};
    return { predicates: [predicate], object: { paths: object.paths, tags: object.tags, attributes } };
  }
  if (atom) return fillAtom(atoms(), atom, variables ?? {}, predicate ?? undefined);
  throw new BadInputError(
    "`context.predicate` and `context.object` are missing; give both, or `pep_context.authorization_atom_id` with its `variables`",
  );
}
