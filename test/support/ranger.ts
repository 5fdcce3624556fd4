/** Turns policies and cases of Apache Ranger's policy engine tests into this project's YAML values. */

import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import type { DecisionObject, Subject } from "../../src/shared/decision.ts";
import { escapeGlob } from "../../src/shared/glob.ts";
import { policyDocument } from "./policy-generators.ts";

type Resources = Readonly<Record<string, { values: string[]; isRecursive?: boolean; isExcludes?: boolean }>>;
interface Item {
  accesses?: { type: string; isAllowed?: boolean }[];
  users?: string[];
  groups?: string[];
  conditions?: unknown[];
  dataMaskInfo?: { dataMaskType: string };
  rowFilterInfo?: { filterExpr: string };
}
interface RangerPolicy {
  id: number;
  isDenyAllElse?: boolean;
  resources: Resources;
  policyItems?: Item[];
  denyPolicyItems?: Item[];
  allowExceptions?: Item[];
  denyExceptions?: Item[];
  dataMaskPolicyItems?: Item[];
  rowFilterPolicyItems?: Item[];
}
interface ServiceDef {
  accessTypes: { name: string; impliedGrants?: string[] }[];
}
export interface RangerTest {
  name: string;
  request: {
    resource: { elements?: Record<string, string | string[]> };
    accessType: string;
    user: string;
    userGroups?: string[];
    context?: { TAGS?: string; ACCESSTYPES?: string[] };
  };
  result?: { isAllowed: boolean };
  dataMaskResult?: { additionalInfo: { maskType: string | null } };
  rowFilterResult?: { additionalInfo: { filterExpr: string | null } };
}
export interface RangerFile {
  serviceDef: ServiceDef;
  policies: RangerPolicy[];
  tagPolicyInfo?: { serviceDef: ServiceDef; tagPolicies: RangerPolicy[] };
  tests: RangerTest[];
}

/** Why a part of a policy has no equal here; cases that it could decide are not converted. */
export interface Unconverted {
  readonly reason: string;
  /** the part without what has no equal: a case that is answered the same with and without it does not depend on it */
  readonly document: PolicyDocument;
}

const anyAccess = "any";
const maskOperators: Readonly<Record<string, string>> = { MASK: "redact" };
const maskSettings: Readonly<Record<string, unknown>> = { redact: { replacement: "****" } };

/** What the policies of a file become. */
export function convertPolicies(file: RangerFile): { documents: PolicyDocument[]; unconverted: Unconverted[] } {
  const documents: PolicyDocument[] = [];
  const unconverted: Unconverted[] = [];
  const all = [
    ...file.policies.map((policy) => ({ policy, def: file.serviceDef })),
    ...(file.tagPolicyInfo?.tagPolicies ?? []).map((policy) => ({ policy, def: file.tagPolicyInfo!.serviceDef })),
  ];
  for (const { policy, def } of all) {
    const convert = converterOf(
      { ...policy, resources: withAllOfExcluded(policy.resources) },
      def,
      documents,
      unconverted,
    );
    if (Object.values(policy.resources).some(({ isExcludes }) => isExcludes)) {
      for (const item of policy.policyItems ?? []) convert.leaveOut(item, "a resource is everything but a pattern");
      continue;
    }
    for (const item of policy.policyItems ?? []) convert.access(item, true, policy.allowExceptions ?? []);
    for (const item of policy.denyPolicyItems ?? []) convert.access(item, false, policy.denyExceptions ?? []);
    if (policy.isDenyAllElse) convert.denyAllElse();
    for (const item of policy.dataMaskPolicyItems ?? []) convert.mask(item);
    for (const item of policy.rowFilterPolicyItems ?? []) convert.filter(item);
  }
  return { documents, unconverted };
}

function converterOf(policy: RangerPolicy, def: ServiceDef, documents: PolicyDocument[], unconverted: Unconverted[]) {
  let count = 0;
  const nextName = (): string => `ranger-${policy.resources.tag ? "tag-" : ""}${policy.id}-${count++}`;
  const typesOf = (item: Item): string[] =>
    (item.accesses ?? []).flatMap(({ type }) => {
      const implied = def.accessTypes.find(({ name }) => name === type)?.impliedGrants ?? [];
      return [type, ...implied].map((name) => name.replace(/^hive:/, ""));
    });
  const allTypes = def.accessTypes.map(({ name }) => name.replace(/^hive:/, ""));
  const objects = objectsOf(policy.resources);
  const above = ancestorsOf(policy.resources);
  const add = (
    item: Item | undefined,
    allow: boolean,
    predicates: string[],
    where: object,
    conditions: string[],
  ): void => {
    const subjects = { tags: item ? subjectTags(item) : ["**"] };
    if (subjects.tags.length === 0 || predicates.length === 0) return;
    const rest = conditions.length > 0 ? { conditions } : {};
    documents.push(policyDocument(nextName(), { access: { subjects, predicates, objects: where, allow, ...rest } }));
  };
  const leaveOut = (item: Item, reason: string, allow = true): void => {
    const subjects = { tags: subjectTags(item) };
    if (subjects.tags.length === 0) return;
    const leave = (predicates: string[], where: object): void => {
      const access = { subjects, predicates, objects: where, allow };
      unconverted.push({ reason, document: policyDocument(nextName(), { access }) });
    };
    leave([...typesOf(item), anyAccess], objects);
    if (allow && above.length > 0) leave([anyAccess], { paths: above });
  };
  return {
    leaveOut,
    access(item: Item, allow: boolean, exceptions: readonly Item[]): void {
      const isScripted = [item, ...exceptions].some(({ conditions = [] }) => conditions.length > 0);
      if (isScripted) {
        leaveOut(item, "a condition is a script in JavaScript, about a place or the attributes of a tag", allow);
        return;
      }
      const types = typesOf(item);
      const except = (matching: readonly Item[]): string[] =>
        matching.length === 0 ? [] : [`!(${matching.map(isAmong).join(" || ")})`];
      for (const type of types) {
        const excepted = exceptions.filter((exception) => typesOf(exception).includes(type));
        add(item, allow, [type], objects, except(excepted));
        // `any` asks for some access to the thing or, for an allow, to something in it
        if (!allow) continue;
        add(item, allow, [anyAccess], objects, except(excepted));
        if (above.length > 0) add(item, allow, [anyAccess], { paths: above }, except(excepted));
      }
      if (!allow) add(item, allow, [anyAccess], objects, except(exceptions));
    },
    denyAllElse(): void {
      const spared = (policy.policyItems ?? []).map((item) => {
        const excepted = (policy.allowExceptions ?? []).map(isAmong);
        const types = [...typesOf(item), anyAccess].map((type) => `'${type}'`).join(", ");
        return `(predicate in [${types}] && ${isAmong(item)}${excepted.length > 0 ? ` && !(${excepted.join(" || ")})` : ""})`;
      });
      add(undefined, false, [...allTypes, anyAccess], objects, spared.length > 0 ? [`!(${spared.join(" || ")})`] : []);
    },
    mask(item: Item): void {
      const operator = maskOperators[item.dataMaskInfo?.dataMaskType ?? ""];
      if (operator === undefined) {
        leaveOut(item, "mask `SHUFFLE` mixes the values of rows; masks here look at one value");
        return;
      }
      const { database, table, column } = namesOf(policy.resources);
      const data = {
        ...{ type: "mask", priority: 50, depot: "hive", collection: database[0], dataset: table[0] },
        selector: { user: { match: "any", tags: subjectTags(item) }, column: { names: column } },
        mask: { operator, [operator]: maskSettings[operator] },
      };
      documents.push(policyDocument(nextName(), { data }));
    },
    filter(item: Item): void {
      const { database, table } = namesOf(policy.resources);
      const [, name, value] = /^(\w+)='([^']*)'$/.exec(item.rowFilterInfo?.filterExpr ?? "") ?? [];
      if (name === undefined) {
        leaveOut(item, "a row filter is more than a comparison with a text");
        return;
      }
      const data = {
        ...{ type: "filter", priority: 50, depot: "hive", collection: database[0], dataset: table[0] },
        selector: { user: { match: "any", tags: subjectTags(item) } },
        filters: [{ column: name, operator: "equals", value }],
      };
      documents.push(policyDocument(nextName(), { data }));
    },
  };
}

/** What is everything but a pattern, as everything: for parts that are left out. */
function withAllOfExcluded(resources: Resources): Resources {
  const all = Object.entries(resources).map(([kind, one]) => [kind, one.isExcludes ? { values: ["*"] } : one] as const);
  return Object.fromEntries(all);
}

function subjectTags({ users = [], groups = [] }: Item): string[] {
  if (groups.includes("public")) return ["**"];
  return [...users.filter(Boolean).map((user) => `users:id:${user}`), ...groups.map((group) => `roles:id:${group}`)];
}

function isAmong(item: Item): string {
  const tags = subjectTags(item);
  if (tags.includes("**")) return "true";
  return tags.length === 0 ? "false" : `(${tags.map((tag) => `'${tag}' in subject.tags`).join(" || ")})`;
}

/** Ranger's `*` crosses every separator in a path, and is the only wildcard that the cases use. */
const globOf = (text: string): string => text.split("*").map(escapeGlob).join("**");

function namesOf(resources: Resources): { database: string[]; table: string[]; column: string[] } {
  const values = (name: string): string[] => resources[name]?.values ?? [];
  return { database: values("database"), table: values("table"), column: values("column") };
}

function objectsOf(resources: Resources): { paths?: string[]; tags?: string[] } {
  if (resources.tag) return { tags: resources.tag.values.map((tag) => `Ranger.${tag}`) };
  const flat = (["path", "url", "hiveservice"] as const).find((kind) => resources[kind]);
  if (flat) {
    return {
      paths: (resources[flat]?.values ?? []).map((value) => {
        const isTree = resources[flat]?.isRecursive ?? false;
        return `/${flat}/${globOf(value.replace(/^\/|\/$/g, ""))}${isTree ? "{,/**}" : ""}`;
      }),
    };
  }
  if (resources.udf) return { paths: (resources.udf.values ?? []).map((udf) => `/udf/${globOf(udf)}`) };
  const { database, table, column } = namesOf(resources);
  return {
    paths: database.flatMap((db) => {
      const base = `dataos://hive:${globOf(db)}`;
      if (table.length === 0) return [base];
      return table.flatMap((name) => {
        if (column.length === 0) return [`${base}/${globOf(name)}`];
        return column.map((one) => {
          if (one !== "*") return `${base}/${globOf(name)}#${globOf(one)}`;
          return name === "*" ? `${base}{,/**}` : `${base}/${globOf(name)}{,#**}`;
        });
      });
    }),
  };
}

/** Databases and tables in which something is allowed, and hive as a whole. */
function ancestorsOf(resources: Resources): string[] {
  const { database, table, column } = namesOf(resources);
  const tables =
    column.length > 0 ? database.flatMap((db) => table.map((one) => `dataos://hive:${globOf(db)}/${globOf(one)}`)) : [];
  const databases = table.length > 0 ? database.map((db) => `dataos://hive:${globOf(db)}`) : [];
  return [...databases, ...tables];
}

/** A case as a question; text: why it has no equal here. */
export function convertRequest({
  request,
}: RangerTest): { subject: Subject; predicate: string; object: DecisionObject } | string {
  const { user, userGroups = [], accessType, context, resource } = request;
  if (context?.ACCESSTYPES) return "asks for several kinds of access at once";
  const elements = resource.elements ?? {};
  const { database, table, column } = elements;
  if (Object.keys(elements).length === 0) return "names no resource";
  if (column !== undefined && table === undefined) return "names a column without its table";
  const flat = Object.entries(elements).filter(([kind]) => !["database", "table", "column"].includes(kind));
  const paths = flat.flatMap(([kind, value]) =>
    [value].flat().map((text) => `/${kind}/${text.replace(/^\/|\/$/g, "")}`),
  );
  if (typeof database === "string") {
    const address = `dataos://hive:${database}${table === undefined ? "" : `/${table}`}`;
    paths.push(column === undefined ? address : `${address}#${column}`);
  }
  const tags = context?.TAGS
    ? (JSON.parse(context.TAGS) as { type: string }[]).map(({ type }) => `Ranger.${type}`)
    : [];
  return {
    subject: {
      id: user,
      type: "person",
      tags: [`users:id:${user}`, ...userGroups.map((group) => `roles:id:${group}`)],
      attributes: {},
    },
    predicate: accessType === "" ? anyAccess : accessType,
    object: { paths, tags, attributes: {} },
  };
}
