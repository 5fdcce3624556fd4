import { compileGlob, expandBraces } from "../../shared/glob.ts";
import { actions } from "../authorization/actions.ts";
import type { CompiledPolicies } from "../policy/index.ts";
import { collectionOf, contextOf, describeObject, policiesOf } from "./ask.ts";
import { checkFirst, parseText, placesOf } from "./place.ts";
import type { ActionQuestion, FoundAction, SearchAnswer, SearchPage, SearchWorld } from "./types.ts";

/** The actions found, and whether there are more without a name. */
export interface ActionAnswer extends SearchAnswer<FoundAction> {
  /** predicate globs of the rules that allow: what matches them is allowed too, whatever it is called, as far as no deny speaks of it */
  readonly patterns: readonly string[];
}

// what services ask of data without any rule having to name it
const usualPredicates = ["create", "delete", "read", "select", "update", "write"];

/**
 * Every action that has a name, in rules or in the platform, and that the subject may do with the object; by name.
 * @throws {BadInputError} `page.first` is out of range, or `page.after` is no token of this search
 * @throws {UnavailableError} the policies could not be verified lately
 */
export async function searchActions(
  world: SearchWorld,
  question: ActionQuestion,
  page: SearchPage,
): Promise<ActionAnswer> {
  const first = checkFirst(page.first);
  const places = placesOf(["actions", question], parseText);
  const after = places.open(page.after);
  const policies = policiesOf(world);
  const object = await describeObject(world, question.object);
  const asked = {
    subject: question.subject,
    object,
    context: contextOf(world, question.context),
    ...collectionOf(question.collection),
  };
  const found = predicatesOf(policies)
    .filter((predicate) => after === undefined || predicate > after)
    .map((predicate) => ({ predicate, decision: policies.decide({ ...asked, predicate }) }))
    .filter(({ decision }) => decision.effect === "allow");
  const items = found.slice(0, first).map((node) => ({ cursor: places.token(node.predicate), node }));
  return {
    items,
    next: found.length > first ? items.at(-1)?.cursor : undefined,
    stopped: undefined,
    policyVersion: policies.version,
    patterns: patternsOf(policies, found),
  };
}

/** Every predicate with a name: those of rules, of the platform's actions, and those that services use anyway; sorted. */
export function predicatesOf({ rules }: CompiledPolicies): readonly string[] {
  const literals = rules.flatMap(({ rule }) => rule.predicates.flatMap(expandBraces)).filter(isLiteral);
  const own = Object.values(actions).map(({ predicate }) => predicate);
  return [...new Set([...usualPredicates, ...own, ...literals])].sort();
}

/** Globs by which the rules that allow `found` allow more. */
function patternsOf({ rules }: CompiledPolicies, found: readonly FoundAction[]): readonly string[] {
  const allowing = new Set(found.flatMap(({ decision }) => decision.because.map(({ id }) => id)));
  const globs = rules
    .filter(({ rule }) => allowing.has(rule.id))
    .flatMap(({ rule }) => rule.predicates.flatMap(expandBraces));
  return [...new Set(globs.filter((glob) => !isLiteral(glob)))].sort();
}

function isLiteral(glob: string): boolean {
  return compileGlob(glob, "predicate").literal === glob;
}
