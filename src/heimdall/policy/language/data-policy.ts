import { maskOperators } from "../../../shared/decision.ts";
import { compileRegexify, compileReplacePattern, datePrecisions, PatternFault } from "../masks/index.ts";
import type { DataPolicy, DatasetScope, FilterComparison } from "../rule.ts";
import type { Reader } from "./reader.ts";

const dataKeys = [
  "type",
  "name",
  "description",
  "owner",
  "isArchived",
  "priority",
  "depot",
  "collection",
  "dataset",
  "dataset_id",
  "selector",
  "mask",
  "filters",
  "permissive",
];
// WHY: the stock policies' priority, so that a policy that says nothing supersedes none of them: the more restrictive wins
const defaultPriority = 99;

/** Reads `policy: {data: {…}}`; the spec given is the value below `data`. `undefined`: archived, or with faults. */
export function readDataPolicy(data: Reader): DataPolicy | undefined {
  if (!data.isMapping(dataKeys)) return undefined;
  const before = data.findings.problems.length;
  const type = data.get("type").oneOf(["mask", "filter"], "type");
  const name = data.get("name").optionalText() ?? data.document.name;
  const priority = readPriority(data.get("priority"));
  const scope = readScope(data);
  const selector = data.get("selector");
  const isSelector = selector.isMapping(["user", "column"]);
  const users = isSelector ? readUsers(selector.get("user")) : undefined;
  const isArchived = data.get("isArchived").optionalBoolean(false);
  data.get("description").optionalText();
  const base = { name, document: data.document.name, priority, scope, users, at: data.at };
  let policy: DataPolicy | undefined;
  if (type === "mask") {
    for (const key of ["filters", "permissive"]) {
      if (!data.get(key).isAbsent)
        data.get(key).problem(`\`${key}\` belongs to \`type: filter\`; remove it or change the type`);
    }
    const columns = isSelector ? readColumns(selector.get("column")) : undefined;
    const mask = readMask(data.get("mask"));
    if (users && columns && mask) policy = { ...base, users, type, columns, ...mask };
  } else if (type === "filter") {
    if (!data.get("mask").isAbsent)
      data.get("mask").problem("`mask` belongs to `type: mask`; remove it or change the type");
    const comparisons = data
      .get("filters")
      .items()
      ?.flatMap((item) => readComparison(item) ?? []);
    const permissive = data.get("permissive").optionalBoolean(false);
    if (users && comparisons && permissive !== undefined) policy = { ...base, users, type, comparisons, permissive };
  }
  return data.findings.problems.length > before || isArchived ? undefined : policy;
}

function readPriority(value: Reader): number {
  if (value.isAbsent) return defaultPriority;
  const { value: priority } = value;
  if (typeof priority === "number" && Number.isInteger(priority) && priority >= 1 && priority <= 100) return priority;
  value.problem(`priority \`${String(priority)}\` is not allowed; expected a whole number from 1 (strongest) to 100`);
  return defaultPriority;
}

function readScope(data: Reader): DatasetScope {
  const part = (key: string): string | undefined => {
    const glob = data.get(key).isAbsent ? undefined : data.get(key).glob("path");
    return glob === "**" || glob === "*" ? undefined : glob;
  };
  const datasetId = data.get("dataset_id").optionalText();
  if (datasetId !== undefined && datasetId.split(".").length < 3) {
    data
      .get("dataset_id")
      .problem(`dataset_id \`${datasetId}\` has not three parts; expected \`depot.collection.dataset\``);
  }
  return { depot: part("depot"), collection: part("collection"), dataset: part("dataset"), datasetId };
}

function readUsers(user: Reader): DataPolicy["users"] | undefined {
  if (!user.isMapping(["match", "tags"])) return undefined;
  const match = user.get("match").oneOf(["any", "all"], "match");
  const tags = user
    .get("tags")
    .itemOrItems()
    ?.map((tag) => tag.glob("tag"));
  return match && tags && !tags.includes(undefined)
    ? { match, tags: tags.filter((tag) => tag !== undefined) }
    : undefined;
}

function readColumns(column: Reader): { tags: string[]; names: string[] } | undefined {
  if (!column.isMapping(["tags", "names"])) return undefined;
  const tags = column.get("tags").isAbsent
    ? []
    : column
        .get("tags")
        .itemOrItems()
        ?.map((tag) => tag.glob("tag"));
  const names = column.get("names").isAbsent
    ? []
    : column
        .get("names")
        .itemOrItems()
        ?.map((name) => name.text());
  if (tags?.length === 0 && names?.length === 0) {
    return column.problem("a mask needs columns; give `tags` like `PII.Email`, `names`, or both");
  }
  const isText = (text: string | undefined): text is string => text !== undefined;
  return { tags: (tags ?? []).filter(isText), names: (names ?? []).filter(isText) };
}

const optionsOf: Record<(typeof maskOperators)[number], readonly string[]> = {
  redact: ["replacement", "algo", "hash"],
  hash: ["algo"],
  rand_pattern: ["pattern"],
  rand_regexify: ["pattern"],
  regex_replace: ["pattern", "replacement"],
  bucket_number: ["buckets"],
  bucket_date: ["precision"],
  pass_through: [],
};

function readMask(mask: Reader): Pick<DataPolicy & { type: "mask" }, "operator" | "options"> | undefined {
  if (!mask.isMapping(["operator", ...maskOperators])) return undefined;
  const before = mask.findings.problems.length;
  const operator = mask.get("operator").oneOf(maskOperators, "operator");
  if (operator === undefined) return undefined;
  const options = mask.get(operator);
  if (!options.isAbsent && options.isMapping(optionsOf[operator])) {
    if (operator === "hash" && !options.get("algo").isAbsent)
      options.get("algo").oneOf(["sha256", "sha512", "md5"], "algo");
    if (operator === "bucket_date") options.get("precision").oneOf(datePrecisions, "precision");
    if (operator === "bucket_number") readBuckets(options.get("buckets"));
  }
  if (operator === "bucket_number" && options.isAbsent) options.problem("`bucket_number` needs `buckets: [20, 40, …]`");
  if (operator === "bucket_date" && options.isAbsent)
    options.problem("`bucket_date` needs `precision: month` or the like");
  if (operator === "rand_pattern") options.get("pattern").text();
  if (operator === "regex_replace") checkPattern(options.get("pattern"), compileReplacePattern);
  if (operator === "rand_regexify") checkPattern(options.get("pattern"), compileRegexify);
  if (mask.findings.problems.length > before) return undefined;
  return { operator, options: Object.fromEntries(options.entries().map(([key, value]) => [key, value.attribute()])) };
}

function readBuckets(buckets: Reader): void {
  const values = buckets.items()?.map((item) => item.value);
  if (!values) return;
  const numbers = values.filter((value): value is number => typeof value === "number");
  if (numbers.length < values.length)
    buckets.problem("`buckets` holds something else than numbers; give lower bounds like `[20, 40, 60]`");
  if (numbers.some((value, index) => index > 0 && value <= (numbers[index - 1] ?? 0))) {
    buckets.problem("`buckets` does not ascend; sort the lower bounds");
  }
}

function checkPattern(pattern: Reader, compile: (text: string) => unknown): void {
  const text = pattern.text();
  if (text === undefined) return;
  try {
    compile(text);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    pattern.problem(error.message);
  }
}

function readComparison(item: Reader): FilterComparison | undefined {
  if (!item.isMapping(["column", "operator", "value", "valueFrom", "value_from_attribute", "supported_data_types"]))
    return undefined;
  const column = item.get("column").text();
  const operator = item.get("operator").oneOf(["equals", "not_equals"], "operator");
  const from = item.get("valueFrom").isAbsent ? item.get("value_from_attribute") : item.get("valueFrom");
  const literal = item.get("value").value;
  if (!from.isAbsent) {
    const userAttribute = from.isMapping(["user_attribute"]) ? from.get("user_attribute").text() : undefined;
    if (!item.get("value").isAbsent)
      item.get("value").problem("both a value and `valueFrom` are given; keep one of them");
    return column && operator && userAttribute ? { column, operator, value: { userAttribute } } : undefined;
  }
  if (typeof literal !== "string" && typeof literal !== "number" && typeof literal !== "boolean") {
    return item.get("value").problem("a filter needs a `value`: text, a number, `true` or `false`");
  }
  return column && operator ? { column, operator, value: { literal } } : undefined;
}
