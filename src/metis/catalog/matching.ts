/** What a scan says of one thing, as far as finding its entity needs it. */
export interface Sighting {
  readonly urn: string;
  /** the source's own key with the kind, e.g. `dataset oid:16384/24576`; `undefined`: the source has none */
  readonly sourceKey: string | undefined;
}

/** An entity that a sighting may be of. */
export interface Candidate {
  readonly id: string;
  readonly urn: string;
}

export interface Match<S, C> {
  readonly sighting: S;
  /** `undefined`: a new entity */
  readonly entity: C | undefined;
  /** the entity keeps its id and takes the sighting's URN */
  readonly renamed: boolean;
}

/**
 * Finds the entity of each sighting. Its URN finds it, unless the source's key says that something moved:
 * an entity whose key is seen under another URN is renamed if that URN is free, or becomes free because its
 * holder is renamed too. Names that were swapped stay with their names (what is published under a name is what people described).
 *
 * The answer does not depend on the order of `sightings`. Renames come first, each after the one that frees its URN; then the
 * others in the order given.
 * @param settled ids that an earlier part of the same scan has found already
 */
export function matchSightings<S extends Sighting, C extends Candidate>(
  sightings: readonly S[],
  byUrn: ReadonlyMap<string, C>,
  bySourceKey: ReadonlyMap<string, C>,
  settled: ReadonlySet<string>,
): Match<S, C>[] {
  const moves = new Map<string, { readonly entity: C; readonly sighting: S }>();
  for (const sighting of sightings) {
    const entity = sighting.sourceKey === undefined ? undefined : bySourceKey.get(sighting.sourceKey);
    if (entity && entity.urn !== sighting.urn && !settled.has(entity.id) && !moves.has(entity.id)) {
      moves.set(entity.id, { entity, sighting });
    }
  }
  const renames = new Map<string, Match<S, C>>();
  for (const id of moves.keys()) grant(id, moves, byUrn, settled, renames);
  const renamedTo = new Set([...renames.values()].map(({ sighting }) => sighting.urn));
  const others = sightings
    .filter(({ urn }) => !renamedTo.has(urn))
    .map((sighting): Match<S, C> => {
      const holder = byUrn.get(sighting.urn);
      return { sighting, entity: holder && !renames.has(holder.id) ? holder : undefined, renamed: false };
    });
  return [...renames.values(), ...others];
}

/** Follows the chain of holders to its end; grants it from there backwards when the end is free. */
function grant<S extends Sighting, C extends Candidate>(
  start: string,
  moves: ReadonlyMap<string, { readonly entity: C; readonly sighting: S }>,
  byUrn: ReadonlyMap<string, C>,
  settled: ReadonlySet<string>,
  renames: Map<string, Match<S, C>>,
): void {
  const chain: { readonly entity: C; readonly sighting: S }[] = [];
  const visited = new Set<string>();
  for (let id: string | undefined = start; id !== undefined && !renames.has(id); ) {
    const move = moves.get(id);
    if (!move || visited.has(id)) return;
    visited.add(id);
    chain.push(move);
    const holder: C | undefined = byUrn.get(move.sighting.urn);
    if (holder && settled.has(holder.id)) return;
    id = holder?.id;
  }
  for (const { entity, sighting } of chain.reverse()) renames.set(entity.id, { sighting, entity, renamed: true });
}
