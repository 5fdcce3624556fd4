import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowedEdits, editDistance } from "../../src/metis/search/edit-distance.ts";
import { foldText } from "../../src/metis/search/fold.ts";
import { highlight } from "../../src/metis/search/highlight.ts";
import { attributeKey, encodeText } from "../../src/metis/search/object-keys.ts";
import { stem } from "../../src/metis/search/stem.ts";
import { tokenize, toWords } from "../../src/metis/search/tokenize.ts";

const units = fc.string({
  unit: fc.constantFrom("a", "b", "z", "\ud7fe", "\ud7ff", "\ud800", "\udfff", "\ue000", "\uffff"),
});
const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const sign = (value: number) => Math.sign(value);

describe("words of a text", () => {
  it.each([
    ["customer_address", ["customer", "address"]],
    ["customerAddress", ["customer", "address"]],
    ["HTTPServerLog", ["http", "server", "log"]],
    ["userIDs", ["user", "ids"]],
    ["orders2024Q1", ["orders", "2024", "q", "1"]],
    ["a.b-c/d e", ["a", "b", "c", "d", "e"]],
    ["Größe Ünïted ＦＵＬＬ", ["grosse", "united", "full"]],
    ["Straße_Çelik", ["strasse", "celik"]],
    ["İstanbul", ["istanbul"]],
    ["日本語", ["日", "日本", "本", "本語", "語"]],
    ["हिन्दी", ["हिन्दी"]],
    ["", []],
    ["!?_ 🙂", []],
  ])("splits `%s`", (text, words) => {
    expect(toWords(text)).toEqual(words);
  });

  it("tells where each stands in the text as written", () => {
    const text = "naïve_ﬁlmActor 日本 FILM";
    for (const { word, start, end } of tokenize(text)) expect(foldText(text.slice(start, end))).toBe(word);
    expect(tokenize("a 🙂 b")[1]).toEqual({ word: "b", start: 5, end: 6 });
  });

  it("never fails, and folds to what folds to itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const { word } of tokenize(text)) expect(word).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
        expect(foldText(foldText(text))).toBe(foldText(text));
      }),
    );
  });
});

describe("stem", () => {
  // from the algorithm's published vocabulary
  it.each([
    ["caresses", "caress"],
    ["ponies", "poni"],
    ["cats", "cat"],
    ["feed", "feed"],
    ["agreed", "agre"],
    ["plastered", "plaster"],
    ["motoring", "motor"],
    ["sing", "sing"],
    ["conflated", "conflat"],
    ["hopping", "hop"],
    ["falling", "fall"],
    ["filing", "file"],
    ["happy", "happi"],
    ["sky", "sky"],
    ["relational", "relat"],
    ["vietnamization", "vietnam"],
    ["hopefulness", "hope"],
    ["electrical", "electr"],
    ["adjustment", "adjust"],
    ["adoption", "adopt"],
    ["probate", "probat"],
    ["controll", "control"],
    ["generalizations", "gener"],
    ["countries", "countri"],
    ["country", "countri"],
    ["customers", "custom"],
    ["as", "as"],
    ["größen", "größen"],
  ])("takes `%s` to `%s`", (word, expected) => {
    expect(stem(word)).toBe(expected);
  });
});

describe("edit distance", () => {
  it.each([
    ["film", "film", 0],
    ["film", "filmm", 1],
    ["film", "flim", 1],
    ["film", "fil", 1],
    ["film", "fold", 2],
    ["film", "foal", 3],
    ["inventory", "invnetroy", 2],
    ["🙂a", "a", 1],
    ["", "ab", 2],
  ])("between `%s` and `%s` is %d", (a, b, distance) => {
    expect([editDistance(a, b, 3), editDistance(b, a, 3)]).toEqual([distance, distance]);
    if (distance > 1) expect(editDistance(a, b, 1)).toBe(2);
  });

  it("grows with the length of the word", () => {
    expect(["abc", "abcd", "abcdefg", "abcdefgh"].map(allowedEdits)).toEqual([0, 1, 1, 2]);
  });
});

describe("keys of attributes", () => {
  it("sort by code point as JavaScript compares texts, and keep what starts with what", () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        const [x, y] = [encodeText(a), encodeText(b)];
        expect(sign(byCodePoint(x, y))).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(y.startsWith(x)).toBe(b.startsWith(a));
        expect(x.isWellFormed()).toBe(true);
      }),
    );
  });

  it("sort as numbers do", () => {
    const number = fc.double({ noNaN: true });
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(sign(byCodePoint(attributeKey("n", a), attributeKey("n", b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
    expect(attributeKey("n", -0)).toBe(attributeKey("n", 0));
  });
});

describe("highlight", () => {
  it("gives the text back, with marks, as HTML that holds no markup of the text", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("film", "<b>", "&", '"', " ", "_", "é", "🙂")), (parts) => {
        const text = parts.join("");
        const html = highlight(text, new Set(["film"]));
        expect(html !== undefined).toBe(toWords(text).map(stem).includes("film"));
        expect((html ?? "").replace(/<\/?em>/g, "")).not.toMatch(/[<>"]/);
      }),
    );
    expect(highlight("ﬁlmActors", new Set(["actor"]))).toBe("ﬁlm<em>Actors</em>");
  });
});
