import { fillVariables, findVariables } from "../../heimdall/policy/index.ts";
import type { PolicyDocument } from "../../heimdall/ports.ts";
import type { DecisionObject } from "../../shared/decision.ts";
import { BadInputError } from "../../shared/errors.ts";
import { compileGlob } from "../../shared/glob.ts";
import { nearest } from "../../shared/nearest.ts";

/** An authorization atom of a provider: predicates on objects, with `${variables}` in their tags and paths. */
export interface Atom {
  readonly id: string;
  readonly description: string;
  /** never empty */
  readonly predicates: readonly string[];
  readonly paths: readonly string[];
  /** as written: a list, or a list of lists */
  readonly tags: readonly unknown[];
  readonly conditions: readonly unknown[];
  /** sorted */
  readonly variables: readonly string[];
  /** id of the provider */
  readonly provider: string;
}

/** The atoms of a provider that was checked when it was applied, in its order. */
export function readAtoms(provider: string, spec: unknown): readonly Atom[] {
  const { authorization_atoms: atoms } = spec as { readonly authorization_atoms: readonly Record<string, unknown>[] };
  return atoms.map(({ id, description, predicate, predicates, paths, tags, conditions }) => ({
    id: String(id),
    description: typeof description === "string" ? description : "",
    predicates: toList(predicate ?? predicates).map(String),
    paths: toList(paths).map(String),
    tags: toList(tags),
    conditions: toList(conditions),
    variables: [...findVariables([tags, paths])].sort(),
    provider,
  }));
}

/** As the vendor shows it; `predicates` too where there are several. */
export function fromAtom({ predicates, provider, ...atom }: Atom) {
  const [predicate = ""] = predicates;
  return {
    ...atom,
    predicate,
    ...(predicates.length > 1 ? { predicates } : {}),
    policy_enforcement_provider_id: provider,
  };
}

const known = new WeakMap<readonly PolicyDocument[], ReadonlyMap<string, Atom>>();

/** The atoms of all providers by id; read once for each list of documents. */
export function atomsOf(documents: readonly PolicyDocument[]): ReadonlyMap<string, Atom> {
  const before = known.get(documents);
  if (before) return before;
  const providers = documents.filter(({ kind }) => kind === "provider");
  const atoms = new Map(providers.flatMap(({ name, spec }) => readAtoms(name, spec)).map((atom) => [atom.id, atom]));
  known.set(documents, atoms);
  return atoms;
}

/** What is asked where a question names an atom: each predicate of the atom, on the object that its variables make it. */
export interface AtomQuestion {
  readonly predicates: readonly string[];
  readonly object: DecisionObject;
}

/**
 * @param predicate one of the atom's, where not all of them are meant
 * @throws {BadInputError} in the vendor's words where there is no such atom; a variable is missing, empty or not the atom's; the atom is
 *   about more than one object
 */
export function fillAtom(
  atoms: ReadonlyMap<string, Atom>,
  id: string,
  variables: Readonly<Record<string, string>>,
  predicate?: string,
): AtomQuestion {
  const atom = atoms.get(id);
  if (!atom) throw new BadInputError(`atom not found with id ${id}${meant(id, atoms.keys())}`);
  const missing = atom.variables.filter((name) => !Object.hasOwn(variables, name) || variables[name] === "");
  if (missing.length > 0)
    throw new BadInputError(`atom \`${id}\` needs a value for ${listed(missing)} in \`variables\``);
  const strange = Object.keys(variables).find((name) => !atom.variables.includes(name));
  if (strange !== undefined) {
    const needed = atom.variables.length === 0 ? "it has none" : `it has ${listed(atom.variables)}`;
    throw new BadInputError(`atom \`${id}\` has no variable \`${strange}\`; ${needed}`);
  }
  const isAbout = (asked: string): boolean =>
    atom.predicates.some((glob) => compileGlob(glob.toLowerCase(), "predicate").matches(asked.toLowerCase()));
  if (predicate !== undefined && !isAbout(predicate)) {
    throw new BadInputError(`atom \`${id}\` is not about \`${predicate}\`; it is about ${listed(atom.predicates)}`);
  }
  const bindings = new Map(Object.entries(variables));
  const fill = (text: string, kind: "path" | "tag"): string => {
    if (!isLiteral(text, kind)) throw new BadInputError(severalObjects(id, text));
    return String(fillVariables(text.replace(/\\(.)/gs, "$1"), bindings));
  };
  const several = atom.predicates.find((one) => compileGlob(one, "predicate").literal === undefined);
  if (several !== undefined && predicate === undefined) throw new BadInputError(severalObjects(id, several));
  return {
    predicates: predicate === undefined ? atom.predicates : [predicate],
    object: {
      paths: atom.paths.map((path) => fill(path, "path")),
      tags: atom.tags.flat().map((tag) => fill(String(tag), "tag")),
      attributes: {},
    },
  };
}

/** Whether it names one thing once its variables are known. */
function isLiteral(template: string, kind: "path" | "tag"): boolean {
  const names = new Map([...findVariables(template)].map((name) => [name, "x"]));
  return compileGlob(String(fillVariables(template, names)), kind).literal !== undefined;
}

function severalObjects(id: string, glob: string): string {
  return `atom \`${id}\` is about more than one object (\`${glob}\`); ask with \`context.predicate\` and \`context.object\` about one of them`;
}

function meant(id: string, ids: Iterable<string>): string {
  const found = nearest(id, ids);
  return found === undefined ? "" : `; did you mean ${found}?`;
}

function listed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}

function toList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
