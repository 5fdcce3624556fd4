import type { PolicyRule } from "../rule.ts";
import { readConditions, readPaths, readPredicates, readTags } from "./access-rules.ts";
import { Reader, unknownWord } from "./reader.ts";
import { fillVariables, findVariables } from "./variables.ts";

/** An authorization atom of a provider: a rule without subjects, with `${variables}` in its tags and paths. */
interface Atom {
  readonly reader: Reader;
  readonly variables: ReadonlySet<string>;
}

interface UseCase {
  readonly atoms: readonly string[];
  readonly values: ReadonlyMap<string, readonly Bindings[]>;
}

type Bindings = ReadonlyMap<string, string>;

/** What grants are made of. */
export interface Vocabulary {
  readonly atoms: Map<string, Atom>;
  readonly useCases: Map<string, UseCase>;
}

/** Reads a provider's atoms into `vocabulary`. */
export function readProvider(document: Reader, vocabulary: Vocabulary): void {
  if (!document.isMapping(["version", "id", "name", "description", "authorization_atoms"])) return;
  for (const atom of document.get("authorization_atoms").items() ?? []) {
    if (!atom.isMapping(["id", "description", "predicate", "predicates", "tags", "paths", "conditions"])) continue;
    const id = atom.get("id").text();
    if (id === undefined) continue;
    if (vocabulary.atoms.has(id)) atom.get("id").problem(`atom \`${id}\` is given twice; choose another id`);
    if (atom.get("tags").isAbsent && atom.get("paths").isAbsent) {
      atom.problem(`atom \`${id}\` names no objects; give \`tags\`, \`paths\` or both`);
    }
    const variables = findVariables([atom.get("tags").value, atom.get("paths").value]);
    vocabulary.atoms.set(id, { reader: atom, variables });
  }
}

/** Reads a use-case into `vocabulary`; after all providers. */
export function readUseCase(document: Reader, vocabulary: Vocabulary): void {
  if (!document.isMapping(["version", "id", "name", "description", "category", "authorization_atoms", "values"]))
    return;
  const id = document.get("id").text();
  const atoms = document
    .get("authorization_atoms")
    .items()
    ?.map((item) => {
      const atom = item.text();
      if (atom !== undefined && !vocabulary.atoms.has(atom)) item.problem(unknownAtom(atom, vocabulary));
      return atom ?? "";
    });
  if (id === undefined || !atoms) return;
  const values = new Map<string, Bindings[]>();
  for (const item of document.get("values").isAbsent ? [] : (document.get("values").items() ?? [])) {
    if (!item.isMapping(["authorization_atom_id", "variable_values"])) continue;
    const atom = item.get("authorization_atom_id").text();
    if (atom === undefined) continue;
    if (!atoms.includes(atom))
      item.get("authorization_atom_id").problem(unknownWord("atom of this use-case", atom, atoms));
    for (const bindings of item.get("variable_values").items() ?? []) addTo(values, atom, readBindings(bindings));
  }
  vocabulary.useCases.set(id, { atoms, values });
}

/** Reads `grant: {…}` into allow rules; none while it waits for approval. After all use-cases. */
export function readGrant(grant: Reader, vocabulary: Vocabulary): PolicyRule[] {
  const keys =
    "policy_use_case_id subjects values requester notes collection approve manageAsUser from until duration single_use reason".split(
      " ",
    );
  if (!grant.isMapping(keys)) return [];
  const before = grant.findings.problems.length;
  const useCaseId = grant.get("policy_use_case_id").text();
  const subjects = readTags(grant.get("subjects"));
  const collection = grant.get("collection").optionalText() ?? "default";
  const approved = grant.get("approve").optionalBoolean(false);
  const from = grant.get("from").optionalTime();
  const until = grant.get("until").optionalTime();
  if (!grant.get("manageAsUser").isAbsent) {
    grant.get("manageAsUser").problem("`manageAsUser` is not supported; name the subjects themselves");
  }
  const useCase = useCaseId === undefined ? undefined : vocabulary.useCases.get(useCaseId);
  if (useCaseId !== undefined && !useCase) {
    grant.get("policy_use_case_id").problem(unknownWord("use-case", useCaseId, [...vocabulary.useCases.keys()].sort()));
  }
  if (!useCase) return [];
  const given = readGrantValues(grant.get("values"), useCase);
  const rules: PolicyRule[] = [];
  for (const id of new Set(useCase.atoms)) {
    const atom = vocabulary.atoms.get(id);
    if (!atom) continue;
    for (const bindings of bindingsOf(id, atom, useCase, given, grant)) {
      const rule = ruleOf(atom, bindings, grant);
      if (!rule || subjects === "fault") continue;
      const ruleId = `grant/${grant.document.name}/${rules.length}`;
      rules.push({ ...rule, id: ruleId, subjects, collection, from, until });
    }
  }
  return grant.findings.problems.length > before || !approved ? [] : rules;
}

function readGrantValues(values: Reader, useCase: UseCase): Map<string, Bindings[]> {
  const given = new Map<string, Bindings[]>();
  if (values.isAbsent || !values.isMapping()) return given;
  for (const [atom, list] of values.entries()) {
    if (!useCase.atoms.includes(atom)) list.problem(unknownWord("atom of this use-case", atom, useCase.atoms));
    for (const item of list.itemOrItems() ?? []) addTo(given, atom, readBindings(item));
  }
  return given;
}

function readBindings(item: Reader): Bindings {
  const bindings = new Map<string, string>();
  if (!item.isMapping()) return bindings;
  for (const [name, value] of item.entries()) {
    const text = typeof value.value === "number" ? String(value.value) : value.text();
    if (text !== undefined) bindings.set(name, text);
  }
  return bindings;
}

/** The sets of values that an atom is used with: the grant's, else the use-case's, else none where it needs none. */
function bindingsOf(
  id: string,
  atom: Atom,
  useCase: UseCase,
  given: ReadonlyMap<string, readonly Bindings[]>,
  grant: Reader,
): readonly Bindings[] {
  const fixed = useCase.values.get(id);
  const own = given.get(id);
  // SECURITY: what the use-case fixed is not for the grant to change
  if (fixed && own?.some((bindings) => fixed.some((set) => [...set.keys()].some((name) => bindings.has(name))))) {
    grant.get("values").get(id).problem(`the use-case fixes the values of atom \`${id}\`; leave them out`);
    return [];
  }
  const sets =
    fixed && own ? fixed.flatMap((set) => own.map((more) => new Map([...set, ...more]))) : (fixed ?? own ?? []);
  if (sets.length === 0 && atom.variables.size === 0) return [new Map()];
  const needed = [...atom.variables]
    .sort()
    .map((name) => `\`${name}\``)
    .join(", ");
  if (sets.length === 0) grant.problem(`atom \`${id}\` needs values for ${needed}; give them under \`values.${id}\``);
  for (const set of sets) {
    const missing = [...atom.variables].filter((name) => !set.has(name));
    const extra = [...set.keys()].filter((name) => !atom.variables.has(name));
    const at = grant.get("values").get(id);
    if (missing.length > 0)
      at.problem(`atom \`${id}\` needs a value for ${missing.map((name) => `\`${name}\``).join(", ")}`);
    for (const name of extra) at.problem(unknownWord(`variable of atom \`${id}\``, name, [...atom.variables].sort()));
  }
  return sets;
}

type AtomRule = Pick<
  PolicyRule,
  "policy" | "effect" | "reason" | "predicates" | "paths" | "tags" | "conditions" | "at"
>;

function ruleOf({ reader: atom }: Atom, bindings: Bindings, grant: Reader): AtomRule | undefined {
  // faults of filled-in globs are the grant's: they stand where its values stand
  const filled = (key: string): Reader => {
    const values = grant.get("values");
    const place = values.isAbsent ? grant : values;
    return new Reader(fillVariables(atom.get(key).value, bindings), place.path, place.document, place.findings);
  };
  const predicates = readPredicates(atom.get("predicate").isAbsent ? atom.get("predicates") : atom.get("predicate"));
  const paths = atom.get("paths").isAbsent ? undefined : readPaths(filled("paths"));
  const tags = atom.get("tags").isAbsent ? undefined : readTags(filled("tags"));
  if (!predicates || tags === "fault") return undefined;
  return {
    policy: grant.document.name,
    effect: "allow",
    reason: grant.get("notes").optionalText() ?? grant.get("reason").optionalText(),
    predicates,
    paths,
    tags,
    conditions: readConditions(atom.get("conditions")),
    at: grant.at,
  };
}

function unknownAtom(atom: string, vocabulary: Vocabulary): string {
  return unknownWord("atom", atom, [...vocabulary.atoms.keys()].sort());
}

function addTo(map: Map<string, Bindings[]>, key: string, value: Bindings): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
