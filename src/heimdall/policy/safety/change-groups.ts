import type { DecidingRule, Decision, DecisionObject, Subject } from "../../../shared/decision.ts";
import { type DecisionChange, obligationsText } from "./answers.ts";

/** Changes of one class: the same answers for the same reasons. */
export interface ChangeGroup {
  /** `allow -> deny`, `deny -> allow`, `allow -> allow` with other masks or rows */
  readonly before: ChangeSide;
  readonly after: ChangeSide;
  /** decisions of this class */
  readonly count: number;
  readonly predicates: readonly string[];
  readonly subjects: ChangeClass;
  readonly objects: ChangeClass;
  /** some of them, in full */
  readonly examples: readonly { readonly subject: string; readonly predicate: string; readonly object: string }[];
}

export interface ChangeSide {
  readonly effect: "allow" | "deny";
  readonly denyReason: string | undefined;
  /** the rules that decide */
  readonly because: readonly DecidingRule[];
  /** masks and row filter in one line; empty: none */
  readonly obligations: string;
}

/** Who or what a group is about. */
export interface ChangeClass {
  readonly count: number;
  /** what all of them have: tags, and for objects the beginning of their addresses */
  readonly common: readonly string[];
  /** the first 5 by name */
  readonly sample: readonly string[];
}

/** groups that are kept; further classes are counted in the last one's stead */
const maxGroups = 1_000;
/** members of a class that are told apart; its counts of subjects and objects end there */
const maxMembers = 10_000;
const maxSample = 5;
const maxExamples = 3;

/** Collects changes by class, in bounded memory. */
export function createChangeGroups() {
  const groups = new Map<string, Group>();
  let count = 0;
  return {
    add(change: DecisionChange): void {
      count++;
      const key = JSON.stringify([sideKey(change.before), sideKey(change.after)]);
      let group = groups.get(key);
      if (!group) {
        if (groups.size >= maxGroups) return;
        group = { change, count: 0, predicates: new Set(), subjects: new Map(), objects: new Map(), examples: [] };
        groups.set(key, group);
      }
      const { subject, predicate, object } = change.request;
      group.count++;
      group.predicates.add(predicate);
      if (group.subjects.size < maxMembers) group.subjects.set(subject.id, subject);
      if (group.objects.size < maxMembers) group.objects.set(nameOfObject(object), object);
      if (group.examples.length < maxExamples) {
        group.examples.push({ subject: subject.id, predicate, object: nameOfObject(object) });
      }
    },
    /** all changes, also those whose class is not listed any more */
    count: () => count,
    list: (): readonly ChangeGroup[] =>
      [...groups.values()].sort((a, b) => b.count - a.count || compareText(labelOf(a), labelOf(b))).map(toGroup),
  };
}

interface Group {
  readonly change: DecisionChange;
  count: number;
  readonly predicates: Set<string>;
  readonly subjects: Map<string, Subject>;
  readonly objects: Map<string, DecisionObject>;
  readonly examples: { subject: string; predicate: string; object: string }[];
}

/** How an object is called: its first address, else its tags. */
function nameOfObject({ paths, tags }: DecisionObject): string {
  return paths[0] ?? tags.join(" ");
}

function sideKey(decision: Decision): unknown {
  const { effect, denyReason, because } = decision;
  return [effect, denyReason, because.map(({ id }) => id), obligationsText(decision)];
}

function labelOf({ change }: Group): string {
  return [...change.before.because, ...change.after.because].map(({ id }) => id).join(" ");
}

function toGroup({ change, count, predicates, subjects, objects, examples }: Group): ChangeGroup {
  return {
    before: toSide(change.before),
    after: toSide(change.after),
    count,
    predicates: [...predicates].sort(),
    subjects: {
      count: subjects.size,
      common: subjects.size === 1 ? [] : commonTags([...subjects.values()].map(({ tags }) => tags)),
      sample: sampleOf(subjects),
    },
    objects: {
      count: objects.size,
      common: objects.size === 1 ? [] : commonOf([...objects]),
      sample: sampleOf(objects),
    },
    examples,
  };
}

function toSide(decision: Decision): ChangeSide {
  const { effect, denyReason, because } = decision;
  return { effect, denyReason, because, obligations: obligationsText(decision) };
}

function sampleOf(all: ReadonlyMap<string, unknown>): string[] {
  return [...all.keys()].sort(compareText).slice(0, maxSample);
}

function commonTags(all: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = all;
  const sets = rest.map((tags) => new Set(tags));
  return first.filter((tag) => sets.every((tags) => tags.has(tag))).sort(compareText);
}

function commonOf(objects: readonly (readonly [string, DecisionObject])[]): string[] {
  const tags = commonTags(objects.map(([, object]) => object.tags));
  const [first = ""] = objects[0] ?? [];
  let end = first.length;
  for (const [name] of objects) {
    let at = 0;
    while (at < end && name[at] === first[at]) at++;
    end = at;
  }
  const beginning = first.slice(0, end).replace(/[^:/]*$/, "");
  return beginning === "" ? tags : [`${beginning}**`, ...tags];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
