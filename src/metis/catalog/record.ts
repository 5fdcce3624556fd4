import type { Urn } from "../../shared/urn.ts";
import type { Entity, EntityKind, Inherited, LifecycleState, Origin } from "../ports.ts";
import { ownersOf, tagsOf } from "./describe.ts";
import { isSameValue, type LiveAssertion, mergeAssertions } from "./merge.ts";

/** A live assertion with the sequence number it was made at. */
export interface DatedAssertion extends LiveAssertion {
  readonly seq: number;
}

/** What an entity is apart from its aspects; kept in the log whenever it changes. */
export interface EntityFacts {
  readonly urn: Urn;
  readonly kind: EntityKind;
  readonly name: string;
  readonly qualifiedName: string;
  readonly parentId: string | undefined;
  readonly depot: string | undefined;
  readonly aliases: readonly string[];
  readonly state: LifecycleState;
}

/** An entity as it is stored. */
export interface EntityRecord extends EntityFacts {
  readonly id: string;
  /** URN of the parent, as it is now */
  readonly parentUrn: Urn | undefined;
  readonly stateSince: string;
  /** `<kind> <key of the source>` */
  readonly sourceKey: string | undefined;
  readonly sourceHash: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly seq: number;
  readonly live: readonly DatedAssertion[];
  /** as it was when the record was read; of one that is put, only the owners count */
  readonly inherited: Inherited;
}

/** Of an entity that is in nothing. */
export const inheritsNothing: Inherited = { tags: [], owners: [] };

/** The entity as everybody sees it. Name and qualified name are its `identity` aspect. */
export function toEntity(record: EntityRecord): Entity {
  const { id, urn, kind, name, qualifiedName, depot, state, aliases, inherited, createdAt, updatedAt, seq } = record;
  const { aspects, provenance } = mergeAssertions(record.live);
  return {
    id,
    urn,
    kind,
    name,
    qualifiedName,
    parent: record.parentUrn,
    depot,
    state,
    aspects: { ...aspects, identity: { name, qualifiedName } },
    provenance,
    inherited,
    aliases,
    createdAt,
    updatedAt,
    seq,
  };
}

/** Merged tags and owners, without merging the rest. */
export function toInheritance(live: readonly DatedAssertion[]): Inherited {
  const { aspects } = mergeAssertions(live.filter(({ aspect }) => aspect === "tags" || aspect === "ownership"));
  return { tags: tagsOf({ aspects }), owners: ownersOf({ aspects }) };
}

/** `record` without its aspects, as the log keeps it. */
export function factsOf(record: EntityRecord): EntityFacts {
  const { urn, kind, name, qualifiedName, parentId, depot, aliases, state } = record;
  return { urn, kind, name, qualifiedName, parentId, depot, aliases, state };
}

export interface AspectChange {
  readonly aspect: string;
  readonly origin: Origin;
  /** `null`: withdrawn */
  readonly value: unknown;
  /** the assertion that ends by it */
  readonly replaces: DatedAssertion | undefined;
}

/** What `origin` newly says: aspects whose value differs from what it said before; withdrawing nothing is no change. */
export function diffAspects(
  live: readonly DatedAssertion[],
  origin: Origin,
  said: Iterable<readonly [aspect: string, value: unknown]>,
): AspectChange[] {
  const changes: AspectChange[] = [];
  for (const [aspect, value] of said) {
    if (value === undefined) continue;
    const replaces = live.find((assertion) => assertion.aspect === aspect && assertion.origin === origin);
    if (value === null ? replaces : !replaces || !isSameValue(replaces.value, value)) {
      changes.push({ aspect, origin, value, replaces });
    }
  }
  return changes;
}

/** The live assertions after `changes` made at `seq`. */
export function applyChanges(
  live: readonly DatedAssertion[],
  changes: readonly AspectChange[],
  seq: number,
): readonly DatedAssertion[] {
  if (changes.length === 0) return live;
  const ended = new Set(changes.map(({ replaces }) => replaces));
  return [
    ...live.filter((assertion) => !ended.has(assertion)),
    ...changes
      .filter(({ value }) => value !== null)
      .map(({ aspect, origin, value }) => ({ aspect, origin, value, seq })),
  ];
}
