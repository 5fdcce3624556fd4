import { nearest } from "../../../shared/nearest.ts";
import type { ConditionText, PolicyRule, TagExpression } from "../rule.ts";
import { coverageOf, withoutQuery } from "./coverage.ts";
import type { Reader } from "./reader.ts";
import { readVendorCondition } from "./vendor-conditions.ts";

const ruleKeys = [
  "name",
  "description",
  "reason",
  "effect",
  "resource",
  "resources",
  "actions",
  "subjects",
  "conditions",
  "from",
  "until",
];
const accessKeys = [
  "name",
  "description",
  "collection",
  "subjects",
  "predicates",
  "objects",
  "allow",
  "conditions",
  "from",
  "until",
];

/** Reads the seeds' form: `policy: {type: data, rules: […]}`. Rules with faults are left out. */
export function readRulesPolicy(spec: Reader): PolicyRule[] {
  if (!spec.isMapping(["type", "name", "description", "collection", "rules"])) return [];
  if (!spec.get("type").isAbsent) spec.get("type").oneOf(["data", "access"], "type");
  const collection = spec.get("collection").optionalText() ?? "default";
  const policy = spec.document.name;
  return (spec.get("rules").items() ?? []).flatMap(
    (rule, index) => readRule(rule, `${policy}/${index}`, collection) ?? [],
  );
}

function readRule(rule: Reader, id: string, collection: string): PolicyRule | undefined {
  if (!rule.isMapping(ruleKeys)) return undefined;
  const before = rule.findings.problems.length;
  const resources = rule.get("resources").isAbsent ? rule.get("resource") : rule.get("resources");
  if (!rule.get("resource").isAbsent && !rule.get("resources").isAbsent) {
    rule.get("resources").problem("both `resource` and `resources` are given; keep one of them");
  }
  const paths = resources.itemOrItems()?.flatMap(readResource);
  const predicates = readPredicates(rule.get("actions"));
  const subjects = readSubjects(rule.get("subjects"));
  const effect = rule.get("effect").isAbsent ? "allow" : rule.get("effect").oneOf(["allow", "deny"], "effect");
  const reason = rule.get("reason").optionalText() ?? rule.get("description").optionalText();
  const rest = readLimits(rule);
  if (rule.findings.problems.length > before || !paths || !predicates || !subjects || !effect) return undefined;
  return {
    id,
    policy: rule.document.name,
    effect,
    reason,
    collection,
    subjects: subjects.includes("**") ? undefined : subjects.map((tag) => [tag]),
    predicates,
    paths: paths.includes("**") ? undefined : paths,
    tags: undefined,
    ...rest,
    at: rule.at,
  };
}

function readResource(item: Reader): readonly string[] {
  const text = item.text();
  if (text === undefined) return [];
  if (text === "*" || text === "**") return ["**"];
  const globs = coverageOf(text);
  if (globs === undefined) {
    item.problem(
      `\`${text}\` is not a resource; expected a URN like \`urn:dataos:depot:sales\`, an address like \`dataos://sales\` or an API path like \`/metis/**\``,
    );
    return [];
  }
  return globs.filter((glob) => item.checkGlob(glob, "path") !== undefined);
}

function readSubjects(list: Reader): string[] | undefined {
  return list.itemOrItems()?.flatMap((item) => {
    const tag = item.glob("tag");
    if (tag === undefined) return [];
    if (tag === "*" || tag === "**") return ["**"];
    if (tag.startsWith("users:dataos:")) return [tag, `roles:id:${tag.slice("users:dataos:".length)}`];
    if (!tag.includes(":")) {
      item.problem(`\`${tag}\` is not a tag; write \`users:id:${tag}\` for a user or \`roles:id:${tag}\` for a role`);
    }
    return [tag];
  });
}

/** Reads the vendor's form: `policy: {access: {…}}`; the spec given is the value below `access`. */
export function readAccessPolicy(access: Reader): PolicyRule[] {
  if (!access.isMapping(accessKeys)) return [];
  const before = access.findings.problems.length;
  const subjectsBlock = access.get("subjects");
  const subjects = subjectsBlock.isMapping(["tags"]) ? readTags(subjectsBlock.get("tags")) : "fault";
  const predicates = readPredicates(access.get("predicates"));
  const objects = access.get("objects");
  const isObjects = objects.isMapping(["paths", "tags"]);
  const paths = objects.get("paths").isAbsent ? undefined : readPaths(objects.get("paths"));
  const tags = objects.get("tags").isAbsent ? undefined : readTags(objects.get("tags"));
  if (isObjects && objects.get("paths").isAbsent && objects.get("tags").isAbsent) {
    objects.problem('`objects` names nothing; give `paths`, `tags` or both (`paths: ["**"]` is everything)');
  }
  const allow = access.get("allow").optionalBoolean(false);
  access.get("name").optionalText();
  const reason = access.get("description").optionalText();
  const collection = access.get("collection").optionalText() ?? "default";
  const rest = readLimits(access);
  if (access.findings.problems.length > before || subjects === "fault" || tags === "fault" || !predicates) return [];
  return [
    {
      id: `${access.document.name}/0`,
      policy: access.document.name,
      effect: allow ? "allow" : "deny",
      reason,
      collection,
      subjects,
      predicates,
      paths,
      tags,
      ...rest,
      at: access.at,
    },
  ];
}

/** Globs of paths; `undefined` where one of them is `**`, which is every object, also one without a path. */
export function readPaths(list: Reader): string[] | undefined {
  const globs = list.itemOrItems()?.flatMap((item) => {
    const glob = item.glob("path");
    return glob === undefined ? [] : [withColumns(glob)];
  });
  return globs?.includes("**") ? undefined : globs;
}

/** A dataset's address covers its columns (DESIGN §4). */
function withColumns(glob: string): string {
  if (!glob.startsWith("dataos://") && !glob.startsWith("urn:dataos:")) return glob;
  const address = withoutQuery(glob);
  return address.includes("#") || address.endsWith("*") ? address : `${address}{,#**}`;
}

/** A flat list is OR, nested lists are OR of ANDs; `undefined` (no constraint) where one alternative is `**`. */
export function readTags(list: Reader): TagExpression | "fault" {
  const items = list.itemOrItems();
  if (!items) return "fault";
  const alternatives: string[][] = [];
  for (const item of items) {
    const all = Array.isArray(item.value) ? item.items() : [item];
    const globs = all?.map((tag) => tag.glob("tag"));
    if (!globs || globs.includes(undefined)) return "fault";
    alternatives.push(globs.filter((glob) => glob !== undefined && glob !== "**").map(String));
  }
  return alternatives.some((all) => all.length === 0) ? undefined : alternatives;
}

/** Words that the platform itself asks for; others are applications' own. */
const knownPredicates = [
  ..."read write create update delete access execute select get post put patch options list run trace approve ask".split(
    " ",
  ),
  ..."ask_for_others request verify rebuild escalate run_as create_in read_in update_in delete_in".split(" "),
];

// WHY: thousands of rules share a few predicates
const nearPredicates = new Map<string, string | undefined>();
const maxNearPredicates = 500;

/** The predicate of the platform that a word which is none of them is close to. */
function nearPredicate(predicate: string): string | undefined {
  if (!/^[a-z_]{3,}$/.test(predicate) || knownPredicates.includes(predicate)) return undefined;
  if (nearPredicates.has(predicate)) return nearPredicates.get(predicate);
  const near = nearest(predicate, knownPredicates);
  if (nearPredicates.size >= maxNearPredicates) nearPredicates.clear();
  nearPredicates.set(predicate, near);
  return near;
}

/** Predicate globs in lower case; decisions compare without regard to case. */
export function readPredicates(list: Reader): string[] | undefined {
  return list.itemOrItems()?.flatMap((item) => {
    const predicate = item.glob("predicate")?.toLowerCase();
    if (predicate === undefined) return [];
    if (predicate === "*") return ["**"];
    const near = nearPredicate(predicate);
    if (near) item.warn(`no part of the platform asks for \`${predicate}\`; did you mean \`${near}\`?`);
    return [predicate];
  });
}

function readLimits(rule: Reader): Pick<PolicyRule, "conditions" | "from" | "until"> {
  const from = rule.get("from").optionalTime();
  const until = rule.get("until").optionalTime();
  if (from !== undefined && until !== undefined && until <= from) {
    rule.get("until").problem("`until` is not after `from`, so the rule would never hold; give a later time");
  }
  return { conditions: readConditions(rule.get("conditions")), from, until };
}

/** CEL texts with their places; the vendor's condition objects are turned into CEL. */
export function readConditions(list: Reader): ConditionText[] {
  if (list.isAbsent || (Array.isArray(list.value) && list.value.length === 0)) return [];
  return (list.itemOrItems() ?? []).flatMap((item) => {
    const isObject = typeof item.value === "object" && item.value !== null && !Array.isArray(item.value);
    const text = isObject ? readVendorCondition(item) : item.text();
    return text === undefined ? [] : [{ text, at: item.at }];
  });
}
