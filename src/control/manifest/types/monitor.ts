import { z } from "zod";
import { keyword, mapping, opaqueMap, opt, req, scalarText, shortText, text, withAliases } from "../schema.ts";
import type { SectionFault, SectionReading } from "../section.ts";

/** How two values are compared. */
const comparison = keyword([
  "equals",
  "not_equals",
  "greater_than",
  "less_than",
  "greater_than_equals",
  "less_than_equals",
]);

/** What is looked for in a message: the value that a jq filter finds, compared with one that is given. */
export const valueCondition = mapping({
  valueJqFilter: req(text.min(1), "finds the value, e.g. `.properties.name`"),
  operator: req(comparison, "how it is compared"),
  value: req(scalarText, "what it is compared with"),
});

const lens = mapping({
  dataOsInstance: opt(
    mapping({
      name: req(shortText, "name of the lens"),
      workspace: opt(shortText, "its workspace"),
      sslmode: opt(shortText, "as PostgreSQL has it"),
    }),
    "a lens of this installation",
  ),
  external: opt(opaqueMap, "a lens elsewhere"),
});

const query = withAliases(
  mapping({
    type: req(keyword(["prom", "trino", "postgres", "lens", "sql"]), "where the query goes"),
    cluster: opt(shortText, "the cluster that answers, for `trino` and `prom`"),
    depot: opt(shortText.min(1), "the depot that answers, for `sql` and `postgres`"),
    dsn: opt(text, "address of a server with its credentials, for `postgres`; kept as a secret"),
    lens: opt(lens, "the lens that answers, for `lens`"),
    description: opt(text, "what is asked for"),
    ql: req(z.string().min(1).max(65_536), "the query"),
    comparisonColumn: opt(
      withAliases(
        mapping({
          name: req(shortText.min(1), "name of the column"),
          dataType: opt(shortText, "its type, e.g. `int64`"),
        }),
        { data_type: "dataType" },
      ),
      "the column whose value counts, where there are several",
    ),
  }),
  { comparison_column: "comparisonColumn" },
);

const expression = withAliases(
  mapping({
    queryCoefficient: req(z.number(), "what the query's value is multiplied by"),
    queryConstant: req(z.number(), "what is added to it"),
    query: opt(query, "where the value comes from; without one it is the constant"),
  }),
  { query_coefficient: "queryCoefficient", query_constant: "queryConstant" },
);

const report = mapping({
  source: req(
    mapping({
      dataOsInstance: req(
        mapping({
          path: req(text.min(1), "e.g. `/collated/api/v1/reports/resources/runtime?id=workflow:v1:daily:public`"),
        }),
        "a report of this installation",
      ),
    }),
    "where the report comes from",
  ),
  conditions: req(
    z
      .array(
        mapping({
          valueComparison: opt(
            mapping({
              observationType: opt(shortText, "e.g. `status`, `runtime`"),
              valueJqFilter: req(text.min(1), "finds the value"),
              operator: req(comparison, "how it is compared"),
              value: req(scalarText, "what it is compared with"),
            }),
            "compares a value",
          ),
          durationComparison: opt(
            mapping({
              observationType: opt(shortText, "e.g. `runtime`"),
              selectorJqFilter: opt(text, "finds the observation"),
              startedJqFilter: req(text.min(1), "finds when it began"),
              completedJqFilter: opt(text, "finds when it ended"),
              operator: req(comparison, "how it is compared"),
              value: req(scalarText, "a duration"),
            }),
            "compares how long something takes",
          ),
        }).refine((given) => given.valueComparison !== undefined || given.durationComparison !== undefined, {
          message: "expected `valueComparison` or `durationComparison`",
        }),
      )
      .min(1)
      .max(50),
    "what raises an incident",
  ),
});

const stream = mapping({
  source: req(opaqueMap, "where the messages come from"),
  conditions: req(z.array(valueCondition).min(1).max(50), "what raises an incident; all of them must hold"),
});

/** `monitor:` (`reference/dataos.md` §10): what is looked at on a schedule, and which incident it raises. */
export const monitorSection = mapping({
  schedule: req(z.string(), "when it looks, as cron has it"),
  timezone: opt(shortText, "time zone of the schedule, e.g. `Europe/Berlin`; default `UTC`"),
  type: req(keyword(["equation_monitor", "report_monitor", "stream_monitor"]), "how it looks"),
  properties: opt(opaqueMap, "anything that its incidents carry along"),
  incident: req(
    withAliases(
      z.looseObject({
        name: opt(shortText.min(1), "name of the incident, which pagers look for"),
        severity: opt(shortText, "e.g. `info`, `warning`, `high`, `critical`"),
        type: opt(shortText, "what it is about"),
        incidentType: opt(shortText, "the kind of incident"),
        category: opt(shortText, "e.g. `equation`"),
        asset: opt(shortText, "what it is about"),
        column: opt(shortText, "which column of it"),
        summary: opt(text, "in a sentence"),
      }),
      { incident_type: "incidentType" },
    ),
    "what it raises; pagers see these and any other keys as `.properties`",
  ),
  equation: opt(
    withAliases(
      mapping({
        leftExpression: req(expression, "the left side"),
        rightExpression: req(expression, "the right side"),
        operator: req(comparison, "what raises an incident: left is … right"),
      }),
      { left_expression: "leftExpression", right_expression: "rightExpression" },
    ),
    "for `equation_monitor`",
  ),
  report: opt(report, "for `report_monitor`"),
  stream: opt(stream, "for `stream_monitor`"),
  runAsUser: opt(shortText.min(1), "whose rights it has"),
});

export type MonitorSection = z.infer<typeof monitorSection>;

const partOf = { equation_monitor: "equation", report_monitor: "report", stream_monitor: "stream" } as const;

export function readMonitorSection(given: unknown): SectionReading<MonitorSection> {
  const parsed = monitorSection.safeParse(given);
  if (!parsed.success) return { spec: undefined, faults: [...parsed.error.issues] };
  const section = parsed.data;
  const faults: SectionFault[] = [];
  const part = partOf[section.type];
  if (section[part] === undefined) {
    faults.push({ path: [], message: `\`${part}\` is missing; \`${section.type}\` needs \`${part}: {…}\`` });
  }
  for (const other of Object.values(partOf)) {
    if (other !== part && section[other] !== undefined) {
      faults.push({
        path: [other],
        message: `\`${other}\` does not belong to \`${section.type}\`; expected \`${part}\``,
      });
    }
  }
  if (section.equation && section.equation.leftExpression.query === undefined) {
    faults.push({
      path: ["equation", "leftExpression"],
      message: "`query` is missing; the left side is what the query finds",
    });
  }
  return { spec: section, faults };
}
