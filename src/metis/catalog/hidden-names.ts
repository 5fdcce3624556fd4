import type { Aspects, Entity, KeysAspect, Origin, StructureAspect } from "../ports.ts";
import { createMentions, createPartMentions } from "./mentions.ts";

/** Stands where a text names something that the reader may not see. */
export const hiddenText = "[hidden: it names what you may not see]";

/** What one reader may not be told of by an entity; names as the source has them, former ones included. */
export interface HiddenNames {
  /** columns of the dataset that the entity is, or is a column of */
  readonly own: ReadonlySet<string>;
  /** what a text of the entity may name besides: datasets, and columns of those that it names; `undefined`: not known, so all */
  readonly inTexts: ReadonlySet<string> | undefined;
  /** columns of a dataset that a key refers to, by URN; `undefined`: the dataset itself may not be named */
  columnsOf(dataset: string): ReadonlySet<string> | undefined;
}

/** Aspects that name nothing, or that people write for others to read. */
const harmless: ReadonlySet<string> = new Set(["identity", "documentation", "ownership", "tags", "statistics"]);
const structureTexts = ["partitionKey", "partitionBound", "generated", "defaultValue"] as const;

/** What an entity says that may name other things. */
export interface Telling {
  /** in which something may be named */
  readonly texts: readonly string[];
  /** URNs of datasets that it refers to */
  readonly datasets: readonly string[];
}

/** All that an entity's aspects, of every origin, may tell; `undefined`: nothing. */
export function tellingOf({ provenance }: Pick<Entity, "provenance">): Telling | undefined {
  const texts: string[] = [];
  const datasets: string[] = [];
  for (const [aspect, values] of provenance) {
    if (harmless.has(aspect)) continue;
    for (const value of values.values()) {
      if (aspect === "keys") {
        datasets.push(...(toKeys(value).foreignKeys ?? []).map(({ references }) => references));
        texts.push(...textsIn(value));
      } else if (aspect === "structure") {
        const { partitionOf, ...rest } = value as StructureAspect;
        if (partitionOf !== undefined) datasets.push(partitionOf);
        texts.push(...structureTexts.flatMap((name) => rest[name] ?? []));
      } else texts.push(...textsIn(value, "unknown"));
    }
  }
  return texts.length + datasets.length > 0 ? { texts, datasets } : undefined;
}

/**
 * The entity as one sees it for whom `hidden` does not exist.
 * - keys, indexes and checks that need a hidden column are absent, as if the column had been dropped
 * - a text that names something hidden is `hiddenText`
 * - other aspects that name something hidden are absent
 */
export function withoutHiddenNames(entity: Entity, hidden: HiddenNames): Entity {
  const show = createShow(hidden);
  const aspects: Record<string, unknown> = {};
  for (const [aspect, value] of Object.entries(entity.aspects)) {
    const shown = show(aspect, value);
    if (shown !== undefined) aspects[aspect] = shown;
  }
  const provenance = new Map<string, ReadonlyMap<Origin, unknown>>();
  for (const [aspect, values] of entity.provenance) {
    const shown = [...values].map(([origin, value]) => [origin, show(aspect, value)] as const);
    const left = shown.filter(([, value]) => value !== undefined);
    if (left.length > 0) provenance.set(aspect, new Map(left));
  }
  return { ...entity, aspects: aspects as Aspects, provenance };
}

function createShow(hidden: HiddenNames): (aspect: string, value: unknown) => unknown {
  const { own, inTexts } = hidden;
  const namesOwn = createMentions(own);
  const namesAny = inTexts ? createMentions([...own, ...inTexts]) : () => true;
  const showText = (text: string): string => (namesAny(text) ? hiddenText : text);
  return (aspect, value) => {
    if (harmless.has(aspect)) return value;
    switch (aspect) {
      case "keys":
        return showKeys(toKeys(value), hidden, namesOwn);
      case "structure":
        return showStructure(value as StructureAspect, hidden, showText);
      case "definition": {
        const { sql, ...rest } = value as { readonly sql: string };
        return { ...rest, sql: showText(sql) };
      }
      default:
        return textsIn(value, "unknown").some(namesAny) ? undefined : value;
    }
  };
}

function showStructure(structure: StructureAspect, hidden: HiddenNames, showText: (text: string) => string) {
  const shown: Record<string, unknown> = { ...structure };
  for (const name of structureTexts) {
    const text = structure[name];
    if (text !== undefined) shown[name] = showText(text);
  }
  // WHY: bounds are values of the columns of the key
  if (hidden.own.size > 0 && structure.partitionBound !== undefined) shown.partitionBound = hiddenText;
  const { partitionOf } = structure;
  if (partitionOf !== undefined && hidden.columnsOf(partitionOf) === undefined) delete shown.partitionOf;
  return shown;
}

function showKeys(keys: KeysAspect, hidden: HiddenNames, namesOwn: (text: string) => boolean): KeysAspect {
  const ownPart = createPartMentions(hidden.own);
  const named = <T extends { readonly name: string; readonly columns?: readonly string[] }>(key: T): T => {
    let rest = key.name;
    for (const column of [...(key.columns ?? [])].sort((a, b) => b.length - a.length)) {
      rest = rest.replaceAll(column, " ");
    }
    return ownPart(rest) ? { ...key, name: hiddenText } : key;
  };
  const kept = <T extends { readonly name: string; readonly columns?: readonly string[] }>(
    list: readonly T[],
    isKept: (key: T) => boolean = () => true,
  ): readonly T[] =>
    list.flatMap((key) => {
      const { name: _, references: _target, referencedColumns: _columns, ...parts } = key as Record<string, unknown>;
      return !textsIn(parts).some(namesOwn) && isKept(key) ? [named(key)] : [];
    });
  const { primaryKey, foreignKeys, uniqueKeys, indexes, checks, ...others } = keys;
  const [primary] = primaryKey ? kept([primaryKey]) : [];
  return {
    ...(textsIn(others, "unknown").some(namesOwn) ? {} : others),
    ...(primary && { primaryKey: primary }),
    ...(foreignKeys && {
      foreignKeys: kept(foreignKeys, ({ references, referencedColumns }) => {
        const columns = hidden.columnsOf(references);
        return columns !== undefined && !referencedColumns.some((column) => columns.has(column));
      }),
    }),
    ...(uniqueKeys && { uniqueKeys: kept(uniqueKeys) }),
    ...(indexes && { indexes: kept(indexes) }),
    ...(checks && { checks: kept(checks) }),
  };
}

function toKeys(value: unknown): KeysAspect {
  return (value ?? {}) as KeysAspect;
}

/** Every text in a JSON value; of what has no known shape the names of its fields too. */
function textsIn(value: unknown, shape: "known" | "unknown" = "known"): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, shape));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [
    ...(shape === "unknown" ? [name] : []),
    ...textsIn(item, shape),
  ]);
}
