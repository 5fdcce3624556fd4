import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchSightings } from "../../src/metis/catalog/index.ts";

interface Known {
  readonly id: string;
  readonly urn: string;
  readonly key?: string;
}

/** `known`: `id@urn=key`; `seen`: `urn=key`. Answers `urn<-id`, `urn<~id` for a rename, `urn<-new`. */
function match(known: readonly string[], seen: readonly string[], settled: readonly string[] = []): string[] {
  const entities = known.map((text): Known => {
    const [id = "", urn = "", key = ""] = text.split(/[@=]/);
    return { id, urn, key };
  });
  const sightings = seen.map((text) => {
    const [urn = "", key] = text.split("=");
    return { urn, sourceKey: key };
  });
  const byUrn = new Map(entities.map((entity) => [entity.urn, entity]));
  const byKey = new Map(entities.flatMap((entity) => (entity.key ? [[entity.key, entity] as const] : [])));
  return matchSightings(sightings, byUrn, byKey, new Set(settled)).map(
    ({ sighting, entity, renamed }) => `${sighting.urn}<${renamed ? "~" : "-"}${entity?.id ?? "new"}`,
  );
}

describe("finding the entity of what a scan sees", () => {
  it("takes the one with its URN, also when the source made it anew", () => {
    expect(match(["1@a=k1"], ["a=k1"])).toEqual(["a<-1"]);
    expect(match(["1@a=k1"], ["a=k9"])).toEqual(["a<-1"]);
    expect(match(["1@a=k1"], ["b=k9"])).toEqual(["b<-new"]);
  });

  it("renames the one whose key is seen under a free URN", () => {
    expect(match(["1@a=k1"], ["b=k1"])).toEqual(["b<~1"]);
    expect(match(["1@a=k1", "2@b=k2"], ["b=k1"])).toEqual(["b<-2"]);
  });

  it("follows a chain of renames from its free end", () => {
    expect(match(["1@a=k1", "2@b=k2"], ["b=k1", "c=k2"])).toEqual(["c<~2", "b<~1"]);
    expect(match(["1@a=k1", "2@b=k2"], ["c=k2", "b=k1", "a=k3"])).toEqual(["c<~2", "b<~1", "a<-new"]);
  });

  it("leaves swapped names where they are", () => {
    expect(match(["1@a=k1", "2@b=k2"], ["a=k2", "b=k1"])).toEqual(["a<-1", "b<-2"]);
  });

  it("renames nothing that this scan has placed already", () => {
    expect(match(["1@a=k1"], ["b=k1"], ["1"])).toEqual(["b<-new"]);
    expect(match(["1@a=k1", "2@b=k2"], ["b=k1"], ["2"])).toEqual(["b<-2"]);
  });

  it("gives each sighting one entity and no entity to two, in any order of sightings", () => {
    const urn = fc.constantFrom("a", "b", "c", "d");
    const key = fc.constantFrom("k1", "k2", "k3", "k4");
    const known = fc.uniqueArray(fc.tuple(urn, key), { selector: ([name]) => name }).filter(hasUniqueKeys);
    const seen = fc.uniqueArray(fc.tuple(urn, key), { selector: ([name]) => name }).filter(hasUniqueKeys);
    fc.assert(
      fc.property(known, seen, (entities, sightings) => {
        const a = entities.map(([name, id], index) => `${index}@${name}=${id}`);
        const b = sightings.map(([name, id]) => `${name}=${id}`);
        const found = match(a, b);
        expect(found.map((text) => text[0]).sort()).toEqual(sightings.map(([name]) => name).sort());
        const ids = found.map((text) => text.slice(3)).filter((id) => id !== "new");
        expect(new Set(ids).size).toBe(ids.length);
        expect([...found].sort()).toEqual(match(a, [...b].reverse()).sort());
      }),
    );
  });
});

function hasUniqueKeys(pairs: readonly (readonly [string, string])[]): boolean {
  return new Set(pairs.map(([, key]) => key)).size === pairs.length;
}
