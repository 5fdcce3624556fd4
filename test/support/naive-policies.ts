import { covers, withoutQuery } from "./naive-coverage.ts";
import { globMatches } from "./naive-glob.ts";

/** Reads documents without faults, as DESIGN §4 says what they mean; shares nothing with the product. */

/** A rule, whatever it was written as. */
export interface NaiveRule {
  readonly id: string;
  readonly effect: "allow" | "deny";
  readonly collection: string;
  readonly subjects: readonly Alternative[];
  readonly predicates: readonly string[];
  /** whether it speaks of an address; `undefined`: of everything */
  readonly isAboutPath: ((path: string) => boolean) | undefined;
  readonly tags: readonly Alternative[] | undefined;
  readonly conditions: readonly NaiveCondition[];
  /** whether it can be about what lies in a store */
  readonly isStored: boolean;
  readonly from: number | undefined;
  readonly until: number | undefined;
}

/** Globs that must all be met. */
export type Alternative = readonly string[];
export type NaiveCondition = string | Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A mask or row filter as it was written. */
export interface NaiveDataPolicy {
  readonly name: string;
  readonly spec: Fields;
}

type Fields = Readonly<Record<string, unknown>>;
export interface NaiveDocument {
  readonly kind: string;
  readonly name: string;
  readonly spec: unknown;
}

export function readRulesNaively(documents: readonly NaiveDocument[]): readonly NaiveRule[] {
  return documents.flatMap((document) => {
    const spec = document.spec as Fields;
    if (document.kind === "grant") return readGrant(document.name, spec, documents);
    if (document.kind !== "policy") return [];
    if (spec.rules) return (spec.rules as Fields[]).map((rule, at) => readRule(`${document.name}/${at}`, rule, spec));
    return spec.access ? [readAccess(`${document.name}/0`, spec.access as Fields)] : [];
  });
}

export function readDataPoliciesNaively(documents: readonly NaiveDocument[]): readonly NaiveDataPolicy[] {
  return documents.flatMap(({ kind, name, spec }) => {
    const data = kind === "policy" ? ((spec as Fields).data as Fields | undefined) : undefined;
    return data && data.isArchived !== true ? [{ name: (data.name as string | undefined) ?? name, spec: data }] : [];
  });
}

function readRule(id: string, rule: Fields, policy: Fields): NaiveRule {
  const resources = listOf(rule.resources ?? rule.resource);
  const subjects = listOf(rule.subjects).flatMap((tag) => {
    if (tag === "*") return [["**"]];
    return tag.startsWith("users:dataos:") ? [[tag], [`roles:id:${tag.slice("users:dataos:".length)}`]] : [[tag]];
  });
  const isAboutAll = resources.some((resource) => resource === "*" || resource === "**");
  return {
    ...limitsOf(rule),
    id,
    effect: rule.effect === "deny" ? "deny" : "allow",
    collection: (policy.collection as string | undefined) ?? "default",
    subjects,
    predicates: listOf(rule.actions),
    isAboutPath: isAboutAll ? undefined : (path) => resources.some((resource) => covers(resource, path)),
    tags: undefined,
    isStored: !resources.every((resource) => resource.startsWith("/")),
  };
}

function readAccess(id: string, access: Fields): NaiveRule {
  const { tags } = access.subjects as Fields;
  return {
    ...limitsOf(access),
    ...readObjects(access.objects as Fields),
    id,
    effect: access.allow === true ? "allow" : "deny",
    collection: (access.collection as string | undefined) ?? "default",
    subjects: alternativesOf(tags),
    predicates: listOf(access.predicates),
  };
}

function readObjects(objects: Fields): Pick<NaiveRule, "isAboutPath" | "tags" | "isStored"> {
  const paths = objects.paths === undefined ? undefined : listOf(objects.paths);
  return {
    // `**` is also what has no address at all
    isAboutPath: paths === undefined || paths.includes("**") ? undefined : (path) => paths.some((g) => names(g, path)),
    tags: objects.tags === undefined ? undefined : alternativesOf(objects.tags),
    isStored: paths === undefined || !paths.every((glob) => glob.startsWith("/")),
  };
}

/** A dataset's address means its columns as well. */
function names(glob: string, path: string): boolean {
  if (globMatches(withoutQuery(glob), path, ":/")) return true;
  const isDataset = /^(dataos:\/\/|urn:dataos:)/.test(glob) && !glob.includes("#") && !withoutQuery(glob).endsWith("*");
  if (!isDataset) return globMatches(glob, path, ":/");
  for (let at = path.indexOf("#"); at >= 0; at = path.indexOf("#", at + 1)) {
    if (globMatches(withoutQuery(glob), path.slice(0, at), ":/")) return true;
  }
  return false;
}

function limitsOf(rule: Fields): Pick<NaiveRule, "conditions" | "from" | "until"> {
  const timeOf = (text: unknown): number | undefined => (text === undefined ? undefined : Date.parse(String(text)));
  return {
    conditions: (rule.conditions as readonly NaiveCondition[] | undefined) ?? [],
    from: timeOf(rule.from),
    until: timeOf(rule.until),
  };
}

/** For each atom of the use-case and each set of values, one rule; values stand in for the variables of the same names. */
function readGrant(name: string, grant: Fields, documents: readonly NaiveDocument[]): NaiveRule[] {
  if (grant.approve !== true) return [];
  const specs = (kind: string): Fields[] =>
    documents.filter((document) => document.kind === kind).map(({ spec }) => spec as Fields);
  const useCase = specs("use-case").find(({ id }) => id === grant.policy_use_case_id);
  const atoms = specs("provider").flatMap((provider) => provider.authorization_atoms as Fields[]);
  const fixed = (useCase?.values ?? []) as readonly {
    readonly authorization_atom_id: string;
    readonly variable_values: readonly Record<string, string>[];
  }[];
  const open = (grant.values ?? {}) as Readonly<Record<string, readonly Record<string, string>[]>>;
  const rules: NaiveRule[] = [];
  for (const atomId of (useCase?.authorization_atoms ?? []) as readonly string[]) {
    const atom = atoms.find(({ id }) => id === atomId) ?? {};
    const fixedSets = fixed.filter((value) => value.authorization_atom_id === atomId).flatMap((v) => v.variable_values);
    const openSets = open[atomId] ?? [];
    for (const first of fixedSets.length > 0 ? fixedSets : [{}]) {
      for (const second of openSets.length > 0 ? openSets : [{}]) {
        const values: Record<string, string> = { ...first, ...second };
        const filled = JSON.parse(
          JSON.stringify(atom).replace(/\$\{(\w+)\}/g, (_, variable: string) => values[variable] ?? ""),
        ) as Fields;
        rules.push({
          ...limitsOf(grant),
          ...readObjects(filled),
          conditions: (atom.conditions as readonly NaiveCondition[] | undefined) ?? [],
          id: `grant/${name}/${rules.length}`,
          effect: "allow",
          collection: (grant.collection as string | undefined) ?? "default",
          subjects: alternativesOf(grant.subjects),
          predicates: listOf(atom.predicate ?? atom.predicates),
        });
      }
    }
  }
  return rules;
}

function alternativesOf(value: unknown): Alternative[] {
  return (value as readonly (string | readonly string[])[]).map((item) => (typeof item === "string" ? [item] : item));
}

function listOf(value: unknown): readonly string[] {
  return typeof value === "string" ? [value] : (value as readonly string[]);
}
