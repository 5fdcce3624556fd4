import type { Aspects, Origin } from "../ports.ts";
import { origins } from "../ports.ts";
import { toCanonicalJson } from "./canonical-json.ts";
import { isTag } from "./tag.ts";

/** A live assertion: what `origin` says of `aspect`. */
export interface LiveAssertion {
  readonly aspect: string;
  readonly origin: Origin;
  readonly value: unknown;
}

/** What `tags` assertions hold: tags that the origin gives, and tags of others (of its rank or below) that it takes away. */
export interface TagsValue {
  readonly tags: readonly string[];
  readonly withdrawn?: readonly string[];
}

export interface MergedAspects {
  readonly aspects: Aspects;
  /** aspect -> origin -> value; the origin whose value is shown comes first */
  readonly provenance: ReadonlyMap<string, ReadonlyMap<Origin, unknown>>;
}

/** What the source says of these beats everybody (DESIGN §6). */
const ownedBySource: ReadonlySet<string> = new Set(["identity", "structure", "keys", "definition", "statistics"]);

/**
 * The document of an entity: per aspect the value of its strongest origin; the source's for what only the source knows;
 * tags are the union over origins less what an origin of the same or higher rank withdrew, without what is no tag. Independent of
 * the order of `live`.
 */
export function mergeAssertions(live: readonly LiveAssertion[]): MergedAspects {
  const byAspect = new Map<string, LiveAssertion[]>();
  for (const assertion of live) {
    const known = byAspect.get(assertion.aspect);
    if (known) known.push(assertion);
    else byAspect.set(assertion.aspect, [assertion]);
  }
  const aspects: Record<string, unknown> = {};
  const provenance = new Map<string, ReadonlyMap<Origin, unknown>>();
  for (const aspect of [...byAspect.keys()].sort()) {
    const said = byAspect.get(aspect) ?? [];
    if (said.length > 1) said.sort((a, b) => rank(a) - rank(b));
    provenance.set(aspect, new Map(said.map(({ origin, value }) => [origin, value])));
    aspects[aspect] = aspect === "tags" ? { tags: mergeTags(said) } : said[0]?.value;
  }
  return { aspects, provenance };
}

/** Whether an origin's new value says the same as its old one. */
export function isSameValue(a: unknown, b: unknown): boolean {
  return toCanonicalJson(a) === toCanonicalJson(b);
}

/** Lowest for the strongest. */
function rank({ aspect, origin }: LiveAssertion): number {
  return origin === "source" && ownedBySource.has(aspect) ? -1 : origins.indexOf(origin);
}

function mergeTags(strongestFirst: readonly LiveAssertion[]): string[] {
  const withdrawn = new Set<string>();
  const tags = new Set<string>();
  for (const { value } of strongestFirst) {
    const { tags: given, withdrawn: taken } = readTags(value);
    for (const tag of taken) withdrawn.add(tag);
    for (const tag of given) if (!withdrawn.has(tag)) tags.add(tag);
  }
  return [...tags].sort();
}

function readTags(value: unknown): { tags: readonly string[]; withdrawn: readonly string[] } {
  const { tags, withdrawn } = (value ?? {}) as Partial<TagsValue>;
  return { tags: toTags(tags), withdrawn: toTags(withdrawn) };
}

function toTags(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string" && isTag(item)) : [];
}
