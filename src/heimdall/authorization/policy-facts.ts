import type { Attributes } from "../../shared/decision.ts";
import { compileGlob } from "../../shared/glob.ts";
import type { CompiledPolicies } from "../policy/index.ts";

/** What policies look at of a subject. */
export interface SubjectFacts {
  readonly tags: readonly string[];
  readonly attributes: Attributes;
}

/**
 * What of a change of a subject is a change of what policies give, in words: attributes that a condition or a row filter reads, and
 * tags taken away that a deny or a data policy is about. Tags that are given are the caller's to look at.
 * SECURITY: wrong answers are on the safe side: an attribute counts as read where its name stands anywhere in a condition.
 */
export function findPolicyFacts(policies: CompiledPolicies, before: SubjectFacts, after: SubjectFacts): string[] {
  const names = new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)]);
  const changed = [...names].filter(
    (name) => JSON.stringify(before.attributes[name]) !== JSON.stringify(after.attributes[name]),
  );
  const conditions = policies.rules.flatMap(({ rule }) => rule.conditions.map(({ text }) => text));
  const isRead = (name: string): boolean =>
    conditions.some((text) => text.includes(name)) ||
    policies.dataPolicies.some(
      (policy) =>
        policy.type === "filter" &&
        policy.comparisons.some(({ value }) => "userAttribute" in value && value.userAttribute.split(".")[0] === name),
    );
  const binding = [
    ...policies.rules.flatMap(({ rule }) => (rule.effect === "deny" ? (rule.subjects?.flat() ?? []) : [])),
    ...policies.dataPolicies.flatMap(({ users }) => users.tags),
  ];
  // a condition may ask for a tag not to be there
  const areTagsRead = conditions.some((text) => /\btags\b/.test(text.replaceAll(/\bobject\s*\.\s*tags\b/g, "")));
  const removed = before.tags.filter((tag) => !after.tags.includes(tag));
  return [
    ...changed.filter(isRead).map((name) => `attribute \`${name}\``),
    ...removed
      .filter((tag) => areTagsRead || binding.some((glob) => compileGlob(glob, "tag").matches(tag)))
      .map((tag) => `tag \`${tag}\``),
  ].sort();
}
