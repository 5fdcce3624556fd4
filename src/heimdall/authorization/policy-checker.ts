import type { Clock } from "../../shared/clock.ts";
import { type Problem, sortProblems } from "../../shared/errors.ts";
import { compileGlob } from "../../shared/glob.ts";
import { defaultTagNamespaces, suggestNamespace } from "../identity/index.ts";
import { type CompiledPolicies, compilePolicies, declareObserved } from "../policy/index.ts";
import type { PolicyChecker, PolicyDocument } from "../ports.ts";
import { findEscalations } from "./escalation.ts";
import type { LivePolicies } from "./live-policies.ts";
import { findLockout } from "./lockout.ts";
import { findObjectFacts } from "./object-facts.ts";

/**
 * Checks documents against the live ones: they take the place of live documents of the same kind and name. A document whose `spec` is
 * `undefined` stands for the removal of its kind and name.
 */
export function createPolicyChecker(parts: { readonly policies: LivePolicies; readonly clock: Clock }): PolicyChecker {
  const { policies, clock } = parts;
  const merged = (documents: readonly PolicyDocument[]): PolicyDocument[] => {
    const replaced = new Set(documents.map(keyOf));
    return [
      ...policies.documents().filter((document) => !replaced.has(keyOf(document))),
      ...documents.filter(({ spec }) => spec !== undefined),
    ];
  };
  return {
    check(documents, known = [], tagNamespaces = defaultTagNamespaces) {
      const files = new Set(documents.map(({ file }) => file));
      const isVocabulary = ({ kind }: PolicyDocument): boolean => kind === "use-case" || kind === "provider";
      const given = new Set(documents.map(keyOf));
      const once = policies.singleUse()?.documents.filter((document) => !given.has(keyOf(document))) ?? [];
      const all = [...merged(documents), ...once];
      // grants are made of use-cases, so a change of these concerns all; else of others' faults this is not the place to speak
      const asked = documents.some(isVocabulary)
        ? all
        : [...all.filter(isVocabulary), ...documents.filter(({ spec }) => spec !== undefined)];
      const attributes = declareObserved(known);
      const { policies: compiled, problems, warnings } = compilePolicies(asked, { attributes });
      const found = [
        ...problems,
        ...takenNames(documents, policies.builtIn),
        ...strangeTags(compiled, files, tagNamespaces),
      ];
      return {
        problems: sortProblems(found),
        warnings: warnings.filter(({ at }) => at !== undefined && files.has(at.file)),
      };
    },
    escalations(subject, documents) {
      const before = policies.current();
      const [first] = documents;
      // SECURITY: nobody can be shown to hold anything while the policies are unknown
      if (!before)
        return first ? [{ message: "policies are not loaded, so nobody may change them; try again later" }] : [];
      const { policies: after, problems } = compilePolicies(merged(documents));
      return problems.length > 0 ? problems : findEscalations(subject, { time: clock.now() }, before, after);
    },
    objectFacts(change) {
      // what a grant for a single use gives counts as well
      const known = policies.singleUse()?.policies ?? policies.unobserved();
      return known ? findObjectFacts(known, change) : ["the policies are not loaded, so it cannot be known"];
    },
    lockout(documents, users) {
      const before = policies.unobserved();
      if (!before) return undefined;
      const after = documents.length === 0 ? before : compilePolicies(merged(documents)).policies;
      const sides = [
        { policies: before, users: users.before },
        { policies: after, users: users.after },
      ] as const;
      return findLockout(...sides, documents, clock.now());
    },
  };
}

function keyOf({ kind, name }: PolicyDocument): string {
  return `${kind} ${name}`;
}

function takenNames(documents: readonly PolicyDocument[], builtIn: readonly PolicyDocument[]): Problem[] {
  const taken = new Set(builtIn.map(keyOf));
  return documents
    .filter((document) => taken.has(keyOf(document)))
    .map(({ kind, name, file, positions }) => ({
      at: { file, ...(positions.get("") ?? { line: 1, column: 1 }) },
      message: `${kind} \`${name}\` comes with the server and cannot be replaced; choose another name`,
    }));
}

/** Subject tags that nobody can ever carry. */
function strangeTags(compiled: CompiledPolicies, files: ReadonlySet<string>, namespaces: readonly string[]): Problem[] {
  const heads = namespaces.map((glob) => compileGlob(glob, "tag").prefix);
  const isStrange = (glob: string): boolean => {
    const { prefix } = compileGlob(glob, "tag");
    return !heads.some((head) => prefix.startsWith(head) || head.startsWith(prefix));
  };
  const about = [
    ...compiled.rules.map(({ rule }) => ({ at: rule.at, tags: rule.subjects?.flat() ?? [] })),
    ...compiled.dataPolicies.map(({ at, users }) => ({ at, tags: users.tags })),
  ];
  return about
    .filter(({ at }) => files.has(at.file))
    .flatMap(({ at, tags }) =>
      tags.filter(isStrange).map((tag) => ({
        at,
        message: `subject tag \`${tag}\` is in no tag namespace${suggestNamespace(tag, namespaces)}`,
      })),
    );
}
