import { describe, expect, it } from "vitest";
import { applyFilter, compareWith, type Json, parseFilter } from "../../src/control/jq-filter/index.ts";
import { evaluateQuery, parseQuery, readMetrics } from "../../src/control/monitor/promql/index.ts";
import { checkTemplate, renderTemplate } from "../../src/control/pager/templates/render-template.ts";

const document = {
  properties: { name: "cpu", "a-b": 1 },
  runs: [
    { id: 1, phase: "running", started: "2026-01-01T00:00:00Z" },
    { id: 2, phase: "failed", started: null },
  ],
} satisfies Json;

describe("filters as jq has them", () => {
  it.each<[string, Json[]]>([
    [".", [document]],
    [".properties.name", ["cpu"]],
    ['.properties["a-b"]', [1]],
    ['.properties."a-b"', [1]],
    [".nothing.at.all", [null]],
    [".runs[0].id", [1]],
    [".runs[-1].phase", ["failed"]],
    [".runs[].id", [1, 2]],
    ['.runs[] | select(.phase == "running") | .id', [1]],
    ['.runs[] | {id: .id, phase} | select(.phase == "failed" and .id > 1)', [{ id: 2, phase: "failed" }]],
    [".runs | length", [2]],
    ["[.runs[].id] | max", [2]],
    ['.missing // "none"', ["none"]],
    [".runs | map(.id) | first", [1]],
    ['(.runs[0].id | tostring) == "1"', [true]],
  ])("%s", (filter, expected) => {
    expect(applyFilter(parseFilter(filter), document)).toEqual(expected);
  });

  it.each([
    ["def f: f; f", "has `; f`"],
    ["recurse(.a)", "`recurse` is not known to filters here"],
    [".a | @base64", "has `@base64`"],
    [".a[", "ends too early"],
    ["(".repeat(100), "nested at most 50 deep"],
    [`${"{a:".repeat(100)}1`, "nested at most 50 deep"],
  ])("refuses %s, saying what it is", (filter, message) => {
    expect(() => parseFilter(filter)).toThrow(message);
  });

  it("ends however much a filter multiplies", () => {
    const wide: Json = Array(100).fill(Array(200).fill(1)) as Json;
    expect(() => applyFilter(parseFilter(".[][] | ."), wide)).toThrow("more than 10000 steps");
  });

  it("compares numbers as numbers, texts as texts, and absent with nothing", () => {
    expect(compareWith("greater_than", "93", "24.0")).toBe(true);
    expect(compareWith("equals", 24, "24.0")).toBe(true);
    expect(compareWith("equals", "active", "active")).toBe(true);
    expect(compareWith("greater_than", "b", "a")).toBe(false);
    expect(compareWith("less_than", null, "5")).toBe(false);
    expect(compareWith("not_equals", null, "5")).toBe(true);
  });
});

describe("queries over the server's metrics", () => {
  const { samples, names } = readMetrics(
    [
      "# HELP http_total Calls",
      "# TYPE http_total counter",
      'http_total{route="/a",status="200"} 30',
      'http_total{route="/a",status="500"} 10',
      'http_total{route="/b",status="200"} 60 1700000000',
      "# TYPE idle_total counter",
      "up 1",
      'odd{path="a\\"b,c"} +Inf',
      "not a sample",
    ].join("\n"),
  );
  const ask = (query: string) =>
    evaluateQuery(parseQuery(query), samples, 5000).map(({ labels, value }) => [labels, value]);

  it("knows metrics that have no sample yet", () => {
    expect([...names].sort()).toEqual(["http_total", "idle_total", "odd", "up"]);
    expect(samples.find(({ labels }) => labels.__name__ === "odd")).toEqual({
      labels: { __name__: "odd", path: 'a"b,c' },
      value: Number.POSITIVE_INFINITY,
    });
  });

  it.each<[string, unknown[]]>([
    ["1 + 2 * 3 ^ 2", [[{}, 19]]],
    ["-2 ^ 2", [[{}, -4]]],
    ["scalar(up) * 4", [[{}, 4]]],
    ["time()", [[{}, 5]]],
    ["sum(http_total)", [[{}, 100]]],
    [
      "sum by(route) (http_total)",
      [
        [{ route: "/a" }, 40],
        [{ route: "/b" }, 60],
      ],
    ],
    [
      "sum without(status) (http_total)",
      [
        [{ route: "/a" }, 40],
        [{ route: "/b" }, 60],
      ],
    ],
    ['100 * sum by(route) (http_total{status=~"5.."}) / sum by(route) (http_total)', [[{ route: "/a" }, 25]]],
    ['http_total{route!="/a"} > 50', [[{ __name__: "http_total", route: "/b", status: "200" }, 60]]],
    ["http_total > bool 50 == 1", [[{ route: "/b", status: "200" }, 1]]],
    ["avg(http_total) > bool 30", [[{}, 1]]],
    ["absent(nothing)", [[{}, 1]]],
    ["nothing", []],
    ["count(http_total)", [[{}, 3]]],
  ])("%s", (query, expected) => {
    expect(ask(query)).toEqual(expected);
  });

  it.each([
    ["rate(http_total[5m])", "`rate` needs a history of values"],
    ["http_total[5m]", "needs a history of values"],
    ["http_total offset 5m", "`offset` is not known here"],
    ["histogram_quantile(0.9, x)", "`histogram_quantile` is not known here"],
    ['x{a=~"("}', "is no regular expression"],
    ["sum(", "ends too early"],
    ["-".repeat(5000), "nested at most 50 deep"],
  ])("refuses %s, saying why", (query, message) => {
    expect(() => parseQuery(query)).toThrow(message);
  });
});

describe("templates of messages", () => {
  const incident = {
    createTime: "2026-01-31T08:00:00Z",
    properties: { name: 'cpu "x"', severity: "high" },
    reportContext: { resourceId: "workflow:v1:daily:public" },
    monitor: { name: "m", description: "" },
  };
  const json = "application/json";
  const render = (text: string, language?: string, contentType = json) =>
    renderTemplate({ text, language, contentType }, incident);

  it.each([
    ['{"a": "{{ .Properties.name }}"}', '{"a": "cpu \\"x\\""}'],
    ['{"a": {{ toJson .Properties.name }}}', '{"a": "cpu \\"x\\""}'],
    ['{{ index (splitn ":" 4 .ReportContext.ResourceId) "_2" }}', "daily"],
    ['{{ $parts := split .ReportContext.ResourceId ":" }}{{ index $parts 0 }}', "workflow"],
    ["{{ .Properties.severity | upper }}", "HIGH"],
    ['{{ if .Monitor.Description }}has{{ else if eq .Properties.severity "high" }}high{{ else }}no{{ end }}', "high"],
    ["a {{- /* comment */ -}} b", "ab"],
    ['{{ default "none" .Monitor.Description }}', "none"],
    ["{{ .Nothing.At.All }}", ""],
  ])("Go: %s", (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it("Liquid: values are escaped for what they stand in", () => {
    expect(render('{"a": "{{ properties.name }}"}', "liquid")).toBe('{"a": "cpu \\"x\\""}');
    expect(render("<b>{{ properties.name }}</b>", "liquid", "text/html")).toBe("<b>cpu &#34;x&#34;</b>");
    expect(render('{% assign p = reportContext.resourceId | split: ":" %}{{ p[2] }}', "liquid")).toBe("daily");
    expect(render("{{ properties.constructor.name }}", "liquid")).toBe("");
  });

  it.each([
    ["{{ range .X }}{{ end }}", undefined, "use `templateType: liquid` for loops"],
    ["{{ .A", undefined, "has no `}}`"],
    ['{{ env "HOME" }}', undefined, "is not known"],
    ["{% if %}", "liquid", "the template is wrong"],
    ["x", "jinja", "is no language of templates"],
  ])("refuses %s (%s)", (text, language, message) => {
    expect(() => {
      checkTemplate({ text, language, contentType: json });
      render(text, language);
    }).toThrow(message === "is not known" ? "is no function of templates here" : message);
  });

  it("ends however much a template asks for", () => {
    expect(() => render("{% for i in (1..100000000) %}{{ i }}{% endfor %}", "liquid")).toThrow("the template is wrong");
    expect(() =>
      render("{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}", "liquid"),
    ).toThrow();
  });
});
