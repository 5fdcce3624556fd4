import type { DecisionContext, Subject } from "../../shared/decision.ts";
import type { Problem } from "../../shared/errors.ts";
import { expandBraces } from "../../shared/glob.ts";
import type { CompiledPolicies, CompiledRule, DataPolicy, PolicyRule } from "../policy/index.ts";
import { contentOf, coversGlob, mayOverlap } from "../policy/safety/index.ts";

/**
 * What changes from `before` to `after` would give to anybody that `subject` does not hold, and that `subject` may not hand out by
 * holding `escalate` on the policy. SECURITY: wrong answers are on the safe side: what cannot be shown to be held counts as not held.
 */
export function findEscalations(
  subject: Subject,
  context: DecisionContext,
  before: CompiledPolicies,
  after: CompiledPolicies,
): Problem[] {
  const mayEscalate = (rule: { readonly policy: string; readonly kind: "policy" | "grant" }): boolean =>
    before.decide({ subject, predicate: "escalate", object: policyObject(rule), context }).effect === "allow";
  const problems: Problem[] = [];

  const formerRules = new Set(before.rules.map(({ rule }) => contentOf(rule)));
  const laterRules = new Set(after.rules.map(({ rule }) => contentOf(rule)));
  const held = before.rulesAbout(subject);
  for (const { rule } of after.rules) {
    if (rule.effect !== "allow" || formerRules.has(contentOf(rule)) || mayEscalate(ownerOf(rule))) continue;
    const missing = atomsOf(rule).find((atom) => !holds(held, atom, context.time));
    if (missing) {
      problems.push({
        at: rule.at,
        message: `\`${subject.id}\` may not hand out \`${missing.predicate}\` on ${describe(missing)} without holding it, always and without conditions; ask somebody who holds \`escalate\` on this ${ownerOf(rule).kind}`,
      });
    }
  }
  for (const { rule } of before.rules) {
    if (rule.effect !== "deny" || laterRules.has(contentOf(rule)) || mayEscalate(ownerOf(rule))) continue;
    problems.push({
      at: rule.at,
      message: `\`${subject.id}\` may not remove or change the deny \`${rule.id}\`; ask somebody who holds \`escalate\` on this ${ownerOf(rule).kind}`,
    });
  }
  problems.push(...dataEscalations(subject, before, after, (policy) => mayEscalate({ policy, kind: "policy" })));
  return problems;
}

/** Data policies bind readers, so any change may free one, except one more row filter or one more redaction. */
function dataEscalations(
  subject: Subject,
  before: CompiledPolicies,
  after: CompiledPolicies,
  mayEscalate: (policy: string) => boolean,
): Problem[] {
  const former = new Set(before.dataPolicies.map(contentOf));
  const later = new Set(after.dataPolicies.map(contentOf));
  const restricts = (policy: DataPolicy): boolean =>
    policy.type === "filter" ? !policy.permissive : policy.operator === "redact";
  const changed = [
    ...after.dataPolicies.filter((policy) => !former.has(contentOf(policy)) && !restricts(policy)),
    ...before.dataPolicies.filter((policy) => !later.has(contentOf(policy))),
  ];
  return changed
    .filter((policy) => !mayEscalate(policy.document))
    .map((policy) => ({
      at: policy.at,
      message: `\`${subject.id}\` may not change what \`${policy.name}\` hides; ask somebody who holds \`escalate\` on this policy`,
    }));
}

/** The policy or grant itself as an object that is decided on. */
function policyObject({ policy, kind }: { readonly policy: string; readonly kind: "policy" | "grant" }) {
  return {
    paths: [`urn:dataos:resource:${kind}:${policy}`],
    tags: ["dataos:type:resource", `dataos:type:${kind}`, `dataos:resource:${kind}`],
    attributes: {},
  };
}

function ownerOf({ id, policy }: PolicyRule): { readonly policy: string; readonly kind: "policy" | "grant" } {
  return { policy, kind: id.startsWith("grant/") ? "grant" : "policy" };
}

// ---- what is held ---------------------------------------------------------------------------------------------------

/** One thing that a rule gives: a predicate on one way to name objects. */
interface Atom {
  readonly rule: PolicyRule;
  readonly predicate: string;
  readonly path: string | undefined;
  readonly tags: readonly string[] | undefined;
}

function atomsOf(rule: PolicyRule): Atom[] {
  const predicates = rule.predicates.flatMap(expandBraces);
  const paths = rule.paths?.flatMap(expandBraces) ?? [undefined];
  const tags = rule.tags ?? [undefined];
  return predicates.flatMap((predicate) =>
    paths.flatMap((path) => tags.map((all) => ({ rule, predicate, path, tags: all }))),
  );
}

function holds(heldRules: readonly CompiledRule[], atom: Atom, time: number): boolean {
  const covers = ({ rule }: CompiledRule): boolean =>
    rule.effect === "allow" &&
    rule.collection === atom.rule.collection &&
    rule.conditions.length === 0 &&
    (rule.from === undefined || rule.from <= time) &&
    (rule.until === undefined || (atom.rule.until !== undefined && atom.rule.until <= rule.until)) &&
    rule.predicates.some((glob) => coversGlob(glob, atom.predicate, "predicate")) &&
    (rule.paths === undefined ||
      (atom.path !== undefined && rule.paths.some((glob) => coversGlob(glob, atom.path ?? "", "path")))) &&
    (rule.tags === undefined ||
      (atom.tags !== undefined &&
        rule.tags.some((all) => all.every((glob) => atom.tags?.some((tag) => coversGlob(glob, tag, "tag"))))));
  const mayCut = ({ rule }: CompiledRule): boolean =>
    rule.effect === "deny" &&
    rule.collection === atom.rule.collection &&
    rule.predicates.some((glob) => mayOverlap(glob, atom.predicate, "predicate")) &&
    (rule.paths === undefined ||
      atom.path === undefined ||
      rule.paths.some((glob) => mayOverlap(glob, atom.path ?? "", "path")));
  return heldRules.some(covers) && !heldRules.some(mayCut);
}

function describe({ path, tags }: Atom): string {
  const parts = [path && `\`${path}\``, tags && `what has ${tags.map((tag) => `\`${tag}\``).join(" and ")}`].filter(
    Boolean,
  );
  return parts.length === 0 ? "everything" : parts.join(" with ");
}
