import type { AttributeValue, Decision } from "../../../shared/decision.ts";
import type { Problem } from "../../../shared/errors.ts";
import { parseYamlDocuments } from "../../../shared/yaml.ts";
import type { PolicyDocument } from "../../ports.ts";
import type { CompiledPolicies } from "../engine/decide.ts";
import { type Findings, Reader } from "../language/reader.ts";

/** One request with the decision that is expected of it. */
export interface PolicyCase {
  readonly name: string;
  readonly at: { readonly file: string; readonly line: number; readonly column: number };
  readonly request: Parameters<CompiledPolicies["decide"]>[0];
  readonly effect: "allow" | "deny";
  /** ids of the rules that are to decide */
  readonly because: readonly string[] | undefined;
  /** column -> operator, all of them */
  readonly masks: ReadonlyMap<string, string> | undefined;
}

/** What a `*.cases.yaml` says. */
export interface PolicyCases {
  readonly cases: readonly PolicyCase[];
  /** grants that the cases add */
  readonly grants: readonly PolicyDocument[];
  readonly problems: readonly Problem[];
}

const caseKeys = ["name", "subject", "predicate", "object", "context", "collection", "expect", "because", "masks"];

/**
 * Reads a text of cases. `cases` is empty where `problems` is not.
 *
 * @param now the time of cases that give none, milliseconds since 1970
 */
export function parseCases(text: string, file: string, now: number): PolicyCases {
  const { documents, problems } = parseYamlDocuments(text, file);
  const findings: Findings = { problems: [...problems], warnings: [] };
  const cases: PolicyCase[] = [];
  const grants: PolicyDocument[] = [];
  for (const { value, positions } of documents) {
    const document: PolicyDocument = { kind: "policy", name: file, file, spec: value, positions };
    const root = new Reader(value, "", document, findings);
    if (!root.isMapping(["grants", "cases"])) continue;
    if (!root.get("grants").isAbsent && root.get("grants").isMapping()) {
      for (const [name, grant] of root.get("grants").entries()) {
        grants.push({ kind: "grant", name, file, spec: grant.value, positions: below(positions, grant.path) });
      }
    }
    for (const item of root.get("cases").items() ?? []) {
      const read = readCase(item, now);
      if (read) cases.push(read);
    }
  }
  return findings.problems.length > 0
    ? { cases: [], grants: [], problems: findings.problems }
    : { cases, grants, problems: [] };
}

function readCase(item: Reader, now: number): PolicyCase | undefined {
  if (!item.isMapping(caseKeys)) return undefined;
  const before = item.findings.problems.length;
  const name = item.get("name").text();
  const subject = item.get("subject");
  const isSubject = subject.isMapping(["id", "tags", "attributes", "bare"]);
  // an unknown subject has the empty id
  const id = subject.get("id").value === "" ? "" : isSubject ? subject.get("id").text() : undefined;
  const bare = subject.get("bare").optionalBoolean(false);
  const object = item.get("object");
  const isObject = object.isMapping(["id", "type", "paths", "tags", "attributes", "columns"]);
  const predicate = item.get("predicate").text();
  const effect = item.get("expect").oneOf(["allow", "deny"], "decision");
  const collection = item.get("collection").optionalText();
  const context = item.get("context").isAbsent ? {} : toAttributes(item.get("context"));
  const time = item.get("context").isAbsent ? undefined : item.get("context").get("time").optionalTime();
  const because = item.get("because").isAbsent ? undefined : texts(item.get("because"));
  const masks = item.get("masks").isAbsent ? undefined : new Map(Object.entries(toAttributes(item.get("masks"))));
  const own = bare ? [] : [`users:id:${id}`];
  const tags = [...own, ...texts(subject.get("tags"))];
  const attributes = toAttributes(subject.get("attributes"));
  const columns = object.get("columns").isAbsent ? undefined : object.get("columns").items()?.map(readColumn);
  const objectId = object.get("id").optionalText();
  const type = object.get("type").optionalText();
  const paths = texts(object.get("paths"));
  const objectTags = texts(object.get("tags"));
  const objectAttributes = toAttributes(object.get("attributes"));
  if (item.findings.problems.length > before || !name || id === undefined || !isObject || !predicate || !effect)
    return undefined;
  return {
    name,
    at: item.at,
    effect,
    because,
    masks: masks && new Map([...masks].map(([column, operator]) => [column, String(operator)])),
    request: {
      subject: { id, type: "person", tags, attributes },
      predicate,
      object: {
        paths,
        tags: objectTags,
        attributes: objectAttributes,
        ...(objectId === undefined ? {} : { id: objectId }),
        ...(type === undefined ? {} : { type }),
        ...(columns === undefined ? {} : { columns }),
      },
      context: { ...context, time: time ?? now },
      ...(collection === undefined ? {} : { collection }),
    },
  };
}

function readColumn(column: Reader): { name: string; dataType: string; tags: string[] } {
  if (!column.isMapping(["name", "dataType", "tags"])) return { name: "", dataType: "", tags: [] };
  const name = column.get("name").text() ?? "";
  return { name, dataType: column.get("dataType").optionalText() ?? "text", tags: texts(column.get("tags")) };
}

/** Texts of a list that may be empty or absent. */
function texts(list: Reader): string[] {
  if (list.isAbsent || (Array.isArray(list.value) && list.value.length === 0)) return [];
  return (list.itemOrItems() ?? []).flatMap((item) => item.text() ?? []);
}

function toAttributes(mapping: Reader): Record<string, AttributeValue> {
  if (mapping.isAbsent || !mapping.isMapping()) return {};
  return Object.fromEntries(mapping.entries().map(([key, value]) => [key, value.attribute()]));
}

function below(positions: PolicyDocument["positions"], path: string): PolicyDocument["positions"] {
  const inside = new Map<string, { readonly line: number; readonly column: number }>();
  for (const [key, place] of positions) {
    if (key === path) inside.set("", place);
    else if (key.startsWith(`${path}.`)) inside.set(key.slice(path.length + 1), place);
  }
  return inside;
}

export interface CaseResult {
  readonly case: PolicyCase;
  readonly decision: Decision;
  /** what differs, e.g. ``expected allow, got deny by `x/0` ``; `undefined`: as expected */
  readonly failure: string | undefined;
}

/** Asks the policies each case. */
export function runCases(policies: CompiledPolicies, cases: readonly PolicyCase[]): readonly CaseResult[] {
  return cases.map((one) => {
    const decision = policies.decide(one.request);
    return { case: one, decision, failure: failureOf(one, decision) };
  });
}

function failureOf({ effect, because, masks }: PolicyCase, decision: Decision): string | undefined {
  const rules = decision.because.map(({ id }) => id);
  if (decision.effect !== effect) {
    const why = rules.length > 0 ? `by ${rules.map((id) => `\`${id}\``).join(", ")}` : `(${decision.denyReason})`;
    const more = decision.problems.length > 0 ? `; ${decision.problems.join("; ")}` : "";
    return `expected ${effect}, got ${decision.effect} ${why}${more}`;
  }
  if (because && because.join("\n") !== rules.join("\n")) {
    return `expected ${effect} because of ${because.join(", ")}, got it because of ${rules.join(", ") || "no rule"}`;
  }
  if (!masks) return undefined;
  const show = (all: Iterable<readonly [string, string]>): string =>
    [...all]
      .map(([column, operator]) => `${column}: ${operator}`)
      .sort()
      .join(", ") || "none";
  const got = show([...decision.obligations.masks].map(([column, { operator }]) => [column, operator] as const));
  return show(masks) === got ? undefined : `expected the masks ${show(masks)}, got ${got}`;
}

/** A rule or data policy that no case met, with its place. */
export interface Unexercised {
  readonly id: string;
  readonly at: PolicyCase["at"];
}

/** What of `policies` decided no case; sorted by id. */
export function findUnexercised(policies: CompiledPolicies, results: readonly CaseResult[]): readonly Unexercised[] {
  const met = new Set<string>();
  for (const { decision } of results) {
    for (const { id } of decision.because) met.add(id);
    for (const { policy } of decision.obligations.masks.values()) met.add(`data ${policy}`);
    const { all = [], any = [] } = decision.obligations.rowFilter ?? {};
    for (const { policy } of [...all, ...any]) met.add(`data ${policy}`);
  }
  return [
    ...policies.rules.filter(({ rule }) => !met.has(rule.id)).map(({ rule }) => ({ id: rule.id, at: rule.at })),
    // a pass_through that wins shows as no mask, so it cannot be told whether it was met
    ...policies.dataPolicies
      .filter((policy) => !(policy.type === "mask" && policy.operator === "pass_through"))
      .filter(({ name }) => !met.has(`data ${name}`))
      .map(({ name, at }) => ({ id: name, at })),
  ].sort((a, b) => (a.id < b.id ? -1 : 1));
}
