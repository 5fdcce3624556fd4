import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LiveAssertion, mergeAssertions } from "../../src/metis/catalog/index.ts";
import { origins } from "../../src/metis/ports.ts";

const said = (aspect: string, origin: LiveAssertion["origin"], value: unknown): LiveAssertion => ({
  aspect,
  origin,
  value,
});

describe("merging assertions", () => {
  it("shows what the strongest origin says and keeps what the others say, strongest first", () => {
    const { aspects, provenance } = mergeAssertions([
      said("documentation", "source", { description: "s" }),
      said("documentation", "dbt", { description: "d" }),
      said("documentation", "user", { description: "u" }),
      said("ownership", "dbt", { owners: ["team"] }),
    ]);
    expect(aspects).toEqual({ documentation: { description: "u" }, ownership: { owners: ["team"] } });
    expect([...(provenance.get("documentation")?.keys() ?? [])]).toEqual(["user", "dbt", "source"]);
  });

  it("believes only the source about structure, keys, statistics and definitions", () => {
    for (const aspect of ["structure", "keys", "statistics", "definition"]) {
      const { aspects } = mergeAssertions([
        said(aspect, "user", 1),
        said(aspect, "openlineage", 2),
        said(aspect, "source", 3),
      ]);
      expect(aspects[aspect]).toBe(3);
      expect(mergeAssertions([said(aspect, "openlineage", 2)]).aspects[aspect]).toBe(2);
    }
  });

  it("gives the tags of all origins, less what one of the same or higher rank took away", () => {
    const tags = (values: readonly LiveAssertion[]) => mergeAssertions(values).aspects.tags?.tags;
    const classifier = said("tags", "classifier", { tags: ["PII.Email", "PII.Name"] });
    const source = said("tags", "source", { tags: ["raw"] });
    expect(tags([classifier, source])).toEqual(["PII.Email", "PII.Name", "raw"]);
    expect(tags([classifier, source, said("tags", "user", { tags: ["gold"], withdrawn: ["PII.Name"] })])).toEqual([
      "PII.Email",
      "gold",
      "raw",
    ]);
    expect(
      tags([said("tags", "classifier", { tags: [], withdrawn: ["gold"] }), said("tags", "user", { tags: ["gold"] })]),
    ).toEqual(["gold"]);
    expect(tags([said("tags", "user", { tags: "no list" }), said("tags", "source", null)])).toEqual([]);
  });

  it("does not depend on the order in which assertions were made", () => {
    const assertion = fc.record({
      aspect: fc.constantFrom("tags", "documentation", "structure", "custom"),
      origin: fc.constantFrom(...origins),
      value: fc.record({
        tags: fc.array(fc.constantFrom("a", "b", "c")),
        withdrawn: fc.array(fc.constantFrom("a", "b")),
      }),
    });
    const unique = fc.uniqueArray(assertion, { selector: ({ aspect, origin }) => `${aspect}/${origin}` });
    fc.assert(
      fc.property(
        unique.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([a, b]) => {
          expect(mergeAssertions(a)).toEqual(mergeAssertions(b));
        },
      ),
    );
  });
});
