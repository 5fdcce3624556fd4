import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { expandVariables, pickVariables } from "../../src/cli/commands/manifest-files.ts";
import { toRunId } from "../../src/cli/commands/run-id.ts";
import { parseSelector } from "../../src/cli/commands/selector.ts";
import { readTarget, requireTarget } from "../../src/cli/commands/target.ts";
import { formatSpan, parseDuration, parseSince } from "../../src/cli/commands/times.ts";
import { toYaml } from "../../src/cli/output/print.ts";
import { toExcerpt } from "../../src/cli/output/source-excerpt.ts";
import { createStyle } from "../../src/cli/output/style.ts";
import { clip, displayWidth, formatTable, padEnd, printable } from "../../src/cli/output/table.ts";
import { parseWord } from "../../src/cli/words.ts";

const refusal = (work: () => unknown): string => {
  try {
    return `not refused: ${String(work())}`;
  } catch (error) {
    return (error as Error).message;
  }
};
const nowMs = Date.parse("2026-03-01T12:00:00Z");

describe("durations and times of the command line", () => {
  it("take seconds, minutes, hours and days, and 0 for no end", () => {
    expect(["90s", "30m", "24h", "90d", "0"].map(parseDuration)).toEqual([90, 1_800, 86_400, 7_776_000, 0]);
  });

  it("refuse what is no duration", () => {
    for (const text of ["", "1", "1x", "1.5h", "-1h", "00h", "0h", "1h ", "9999999999s", "1hh"])
      expect(refusal(() => parseDuration(text))).toBe(
        `\`${text}\` is not a duration; expected e.g. \`24h\`, \`30m\`, \`90d\`, or \`0\` for no end`,
      );
  });

  it("take a time as so long ago, as a date and as RFC 3339", () => {
    expect(
      ["1h", "2d", "2024-01-01", "2024-01-01T08:00:00Z", "2024-01-01T08:00+02:00"].map((text) =>
        parseSince(text, nowMs),
      ),
    ).toEqual([
      "2026-03-01T11:00:00.000Z",
      "2026-02-27T12:00:00.000Z",
      "2024-01-01T00:00:00.000Z",
      "2024-01-01T08:00:00.000Z",
      "2024-01-01T06:00:00.000Z",
    ]);
  });

  it("refuse what a lenient parser would take for a time", () => {
    for (const text of ["", "1", "2024", "2024-13-01", "2024-01-01 08:00", "1 Jan 2024", "yesterday", "999999999d"])
      expect(refusal(() => parseSince(text, nowMs))).toBe(
        `\`${text}\` is not a time; expected e.g. \`1h\`, \`30m\`, \`2024-01-01\` or \`2024-01-01T08:00:00Z\``,
      );
  });

  it("tell a span in at most two units", () => {
    expect([0, 40, 1_234, 59_900, 61_000, 3_599_000, 3_600_000, 90_000_000].map(formatSpan)).toEqual([
      "0.0 s",
      "0.0 s",
      "1.2 s",
      "60 s",
      "1 min 1 s",
      "59 min 59 s",
      "1 h 0 min",
      "25 h 0 min",
    ]);
  });
});

describe("variables of manifests", () => {
  const file = (text: string) => [{ file: "m.yaml", text }];
  const env = { USER_NAME: "ann", PORT: "5432", SECRET: "canary", _x1: "y" };

  it("are those that values name, in either spelling, once and in order", () => {
    const text = "a: ${USER_NAME} at $PORT\nb: [$_x1, '${USER_NAME}']\n---\nc:\n  d: ${ABSENT}\n";
    expect(pickVariables(file(text), env)).toEqual([
      { name: "PORT", value: "5432" },
      { name: "USER_NAME", value: "ann" },
      { name: "_x1", value: "y" },
    ]);
  });

  it("are not those of comments, keys, doubled dollars or texts that are no YAML", () => {
    for (const text of [
      "a: 1 # $SECRET",
      "$SECRET: 1",
      "a: $$SECRET",
      "a: $${SECRET}",
      "a: ${SECRET",
      "a: [$SECRET",
      "a: ${__proto__}",
    ])
      expect(pickVariables(file(text), env), text).toEqual([]);
  });

  it("are put into the names of what is deleted", () => {
    expect(expandVariables("$USER_NAME-${PORT}-$$", "m.yaml", env)).toBe("ann-5432-$");
    expect(refusal(() => expandVariables("$ABSENT", "m.yaml", env))).toBe("m.yaml: variable `ABSENT` is not set");
  });
});

describe("words of the command line", () => {
  it("are one of those that are known, else the nearest is named", () => {
    expect(parseWord("direction", "both", ["upstream", "both"])).toBe("both");
    expect(refusal(() => parseWord("direction", "upstraem", ["upstream", "both"]))).toBe(
      "unknown direction `upstraem`; did you mean `upstream`? (known: upstream, both)",
    );
    expect(refusal(() => parseWord("level", "x", ["dataset", "column"]))).toBe(
      "unknown level `x` (known: dataset, column)",
    );
  });

  it("name a run however it was printed", () => {
    for (const text of ["run/run_01-a", "run_01-a", "01-a"]) expect(toRunId(text)).toBe("run_01-a");
  });
});

describe("tables", () => {
  it("are aligned, without trailing spaces, and have the same columns whatever the rows hold", () => {
    expect(
      formatTable(
        ["NAME", "NOTE", "OWNER"],
        [
          ["a", "", "ann"],
          ["longer", "", ""],
        ],
      ),
    ).toBe("NAME    NOTE  OWNER\na             ann\nlonger");
    expect(formatTable(["NAME", "OWNER"], [])).toBe("NAME  OWNER");
  });

  it("fit a narrow terminal: prose is broken first, then the rest, names never", () => {
    const rows = [
      [
        "warehouse-of-the-northern-region",
        "error",
        "2026-11-21T07:41:43.672Z",
        "nothing listens on 127.0.0.1:1; check host and port",
      ],
      ["a", "active", "2026-11-21T07:41:43.672Z", "日本語のとても長い説明文がここにあります、はい"],
    ];
    const table = (columns: number) => `\n${formatTable(["NAME", "STATUS", "AT", "MESSAGE"], rows, { columns })}\n`;
    expect(table(100)).toMatchInlineSnapshot(`
      "
      NAME                              STATUS  AT                        MESSAGE
      warehouse-of-the-northern-region  error   2026-11-21T07:41:43.672Z  nothing listens on 127.0.0.1:1;
                                                                          check host and port
      a                                 active  2026-11-21T07:41:43.672Z  日本語のとても長い説明文がここに
                                                                          あります、はい
      "
    `);
    expect(table(72)).toMatchInlineSnapshot(`
      "
      NAME                              STATUS  AT              MESSAGE
      warehouse-of-the-northern-region  error   2026-11-21T07:  nothing
                                                41:43.672Z      listens on
                                                                127.0.0.1:1;
                                                                check host
                                                                and port
      a                                 active  2026-11-21T07:  日本語のとても
                                                41:43.672Z      長い説明文がこ
                                                                こにあります、
                                                                はい
      "
    `);
    for (const columns of [90, 100, 120])
      for (const line of table(columns).split("\n")) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
    expect(
      formatTable(["A", "B"], [["x", "y z ".repeat(20).trim()]], { columns: 30, paint: (cell) => `<${cell}>` }),
    ).toMatchInlineSnapshot(`
      "A  B
      <x>  <y z y z y z y z y z y z y>
         <z y z y z y z y z y z y z>
         <y z y z y z y z y z y z y z>"
    `);
  });

  it("count the cells that a terminal uses: two for wide characters, none for accents that stand alone", () => {
    expect(
      formatTable(
        ["A", "B"],
        [
          ["日本", "x"],
          ["e\u0301", "x"],
          ["🙂", "x"],
        ],
      ),
    ).toBe("A     B\n日本  x\ne\u0301     x\n🙂    x");
    expect(clip("日本語テスト", 7)).toBe("日本語…");
    expect(clip("short", 5)).toBe("short");
    expect(clip("a bit longer", 6)).toBe("a bit…");
    expect(padEnd("日", 4)).toBe("日  ");
  });

  it("show control characters and turned writing as escapes", () => {
    expect(printable("a\u001b[31mb\r\n\u009b\u202ec\u2028")).toBe("a\\x1b[31mb\\x0d\\x0a\\x9b\\u{202e}c\\u{2028}");
    expect(printable("naïve 日本 🙂")).toBe("naïve 日本 🙂");
  });
});

describe("YAML", () => {
  it("holds no character that moves the cursor, and reads back as it was", () => {
    const value = { "k\u202e": ["\u001b[2J", "\u009b31m", "a\nb\u200f", "x\u2028y", "plain", "007", "null"] };
    const text = toYaml(value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\u200f]/);
    expect(parse(text)).toEqual(value);
  });
});

describe("colours", () => {
  it("are for terminals only, and not where NO_COLOR is set or the terminal is dumb", () => {
    expect(createStyle({ isTTY: true }, {}).bad("x")).toBe("\u001b[31mx\u001b[0m");
    expect(createStyle({ isTTY: true }, { NO_COLOR: "1" }).bad("x")).toBe("x");
    expect(createStyle({ isTTY: true }, { NO_COLOR: "" }).bad("x")).toBe("\u001b[31mx\u001b[0m");
    expect(createStyle({ isTTY: false }, { FORCE_COLOR: "1" }).bad("x")).toBe("\u001b[31mx\u001b[0m");
    expect(createStyle({ isTTY: true }, { FORCE_COLOR: "0" }).bad("x")).toBe("x");
    expect(createStyle({ isTTY: true }, { FORCE_COLOR: "1", NO_COLOR: "1" }).bad("x")).toBe("x");
    expect(createStyle({ isTTY: true }, { TERM: "dumb" }).bad("x")).toBe("x");
    expect(createStyle({ isTTY: false }, {}).bad("x")).toBe("x");
    expect(createStyle({}, {}).bad("x")).toBe("x");
  });
});

describe("names of resources", () => {
  const none = { words: [] };

  it("are taken in every form that is printed anywhere", () => {
    const depot = { type: "depot", name: "shop" };
    const workflow = { type: "workflow", name: "scan", workspace: "public" };
    for (const [options, target] of [
      [{ words: ["depot", "shop"] }, depot],
      [{ words: ["depot/shop"] }, depot],
      [{ ...none, type: "depot", name: "shop" }, depot],
      [{ words: ["depot"], name: "shop" }, depot],
      [{ words: ["workflow/public/scan"] }, workflow],
      [{ words: ["workflow", "scan"], workspace: "public" }, workflow],
      [{ ...none, identifier: "depot:v2alpha:shop" }, depot],
      [{ ...none, identifier: "workflow:v1:scan:public" }, workflow],
      [{ ...none, identifier: "scan | v1 | workflow | public | active | succeeded | ann" }, workflow],
      [{ ...none, identifier: "│ shop │ v2alpha │ depot │  │ active │  │ ann │" }, depot],
      [{ ...none, identifier: "scan  v1  workflow  public  active  failed  ann" }, workflow],
      [{ ...none, identifier: "shop  v2alpha  depot  error  ann" }, depot],
    ] as const)
      expect(requireTarget(options), JSON.stringify(options)).toEqual(target);
    expect(readTarget({ words: ["depot"] })).toEqual({ type: "depot" });
  });

  it("are refused where they are none, or say two things", () => {
    expect(refusal(() => requireTarget({ words: ["a/b/c/d"] }))).toBe(
      "`a/b/c/d` names no resource; expected `TYPE NAME`, `TYPE/NAME` or `TYPE/WORKSPACE/NAME`",
    );
    expect(refusal(() => requireTarget({ words: ["depot/a"], workspace: "x", name: "b" }))).toBe(
      "the name is given as `b` and as `a`; give it once",
    );
    expect(refusal(() => requireTarget({ words: ["depot"] }))).toBe(
      "say which resource: TYPE NAME, or -t TYPE -n NAME",
    );
  });
});

describe("selectors", () => {
  it("hold all that is said, tags as often as they are given", () => {
    expect(parseSelector(["tag=team:sales,status=error", "tag=a=b"])).toEqual({
      tags: ["team:sales", "a=b"],
      status: "error",
    });
    expect(parseSelector([])).toEqual({ tags: [] });
    for (const text of ["tag", "tag=", "=x", "", "tag=a,"])
      expect(
        refusal(() => parseSelector([text])),
        text,
      ).not.toContain("not refused");
    expect(refusal(() => parseSelector(["owner=a", "owner=b"]))).toBe("`owner` is given twice; a resource has one");
  });
});

describe("the line of a fault", () => {
  const show = (text: string, at: string) => toExcerpt([{ file: "m.yaml", text }], `m.yaml:${at}`).join("\n");

  it("stands below it with a mark under the word", () => {
    expect(`\n${show("a: 1\nb:\n\t日本: tpye # x\n", "3:6")}`).toBe("\n3 |  日本: tpye # x\n  |        ^~~~");
    expect(show('x: "two words"', "1:4")).toBe('1 | x: "two words"\n  |    ^~~~~~~~~~~');
    expect(show("x: \u001b[2J\u202e", "1:4")).toBe("1 | x: \\x1b[2J\\u{202e}\n  |    ^~~~");
    const long = show(`${"a".repeat(300)} word ${"b".repeat(300)}`, "1:302");
    expect(long.split("\n").map((line) => line.length <= 110)).toEqual([true, true]);
    expect(long).toContain("word");
    expect(show("a: 1", "9:1")).toBe("");
    expect(toExcerpt([{ file: "m.yaml", text: "a" }], "other.yaml:1:1")).toEqual([]);
  });

  it("is left out where it may hold a secret", () => {
    for (const text of [
      "password: hunter2",
      "url: postgres://me:hunter2@host/db",
      "apiKey: hunter2",
      "x: hunter2\ntype: instance-secret",
      "x: hunter2\nname: a\n'type': \"secret\"",
    ])
      expect(show(text, "1:4"), text).toBe("");
    expect(show("x: {type: secret, data: {a: hunter2}}", "1:4")).toBe("");
    // another document of the file is not a secret
    expect(show("type: instance-secret\n---\nname: Bad", "3:7")).toContain("name: Bad");
  });
});
