import type { Authorized } from "../../heimdall/ports.ts";
import { parseUrn, withoutField } from "../../shared/urn.ts";
import type { CatalogStore } from "../adapters/state/index.ts";
import {
  createMentions,
  type EntityRecord,
  hiddenText,
  locate,
  namesIn,
  type Telling,
  tellingOf,
  toEntity,
  withoutHiddenNames,
} from "../catalog/index.ts";
import type { Entity, LineageEdge } from "../ports.ts";
import { isVisible } from "./entity-access.ts";

type Reading = Authorized<"entity.read"> | Authorized<"entity.update">;

/** more names than a text of a person's has; one with more is not looked through and shown to nobody who may not see everything */
const maxNames = 5_000;
/** columns that are looked up as they were; of more, none is shown as it was */
const maxColumnsAsOf = 500;

/**
 * Entities as the reader may see them: without names of columns and datasets that the reader may not see, whether in keys, in the SQL of a
 * view or in what any origin said (`docs/adr/0027-hidden-names-stay-hidden.md`). Who may see everything costs nothing.
 *
 * @param asOf the records are as they were then; what was hidden then stays hidden
 */
export async function showEntities(
  store: CatalogStore,
  auth: Reading,
  records: readonly EntityRecord[],
  asOf?: number,
): Promise<readonly Entity[]> {
  const entities = records.map(toEntity);
  if (auth.filter.op === "all") return entities;
  const tellings = entities.map(tellingOf);
  const texts = entities.map((entity, index) => toText(entity, tellings[index]));
  if (texts.every((text) => text === undefined)) return entities;
  const known = await readKnown(
    store,
    auth,
    texts.filter((text) => text !== undefined),
    asOf,
  );
  return entities.map((entity, index) => {
    const text = texts[index];
    if (!text) return entity;
    return withoutHiddenNames(entity, {
      own: known.own(text.own),
      inTexts: known.namesFor(text),
      columnsOf: known.columnsOf,
    });
  });
}

/** One entity, see `showEntities`. */
export async function showEntity(
  store: CatalogStore,
  auth: Reading,
  record: EntityRecord,
  asOf?: number,
): Promise<Entity> {
  const [entity] = await showEntities(store, auth, [record], asOf);
  return entity ?? toEntity(record);
}

/** Edges whose expressions name nothing that the reader may not see. An expression is a part of the evidence's text. */
export async function showEdges(
  store: CatalogStore,
  auth: Authorized<"entity.read">,
  edges: readonly LineageEdge[],
): Promise<readonly LineageEdge[]> {
  const telling = edges.filter(({ expression }) => expression !== undefined);
  if (auth.filter.op === "all" || telling.length === 0) return edges;
  const evidences = [...new Set(telling.map(({ evidence }) => evidence))];
  const touched = new Map<string, Set<string>>(evidences.map((evidence) => [evidence, new Set()]));
  for (const { edge } of await store.readEdges({ evidences })) {
    touched.get(edge.evidence)?.add(withoutField(edge.from)).add(withoutField(edge.to));
  }
  const texts = telling.map(
    (edge): Text => ({
      ...placeOf(edge.evidence === "" ? edge.to : edge.evidence),
      own: withoutField(edge.to),
      texts: [edge.expression ?? ""],
      datasets: [...(touched.get(edge.evidence) ?? []), withoutField(edge.from), withoutField(edge.to)],
    }),
  );
  const known = await readKnown(store, auth, texts);
  const textOf = new Map(telling.map((edge, index) => [edge, texts[index]]));
  return edges.map((edge) => {
    const text = textOf.get(edge);
    if (!text) return edge;
    const names = known.namesFor(text);
    // SECURITY: of evidence that the reader may not see, nobody knows here what else it names
    const isHidden = edge.evidence === "" || !names || createMentions(names)(edge.expression ?? "");
    return isHidden ? { ...edge, expression: hiddenText } : edge;
  });
}

/** Texts that belong together, where they stand, and what they are known to name. */
interface Text extends Telling {
  readonly depot: string | undefined;
  readonly schema: string | undefined;
  /** the dataset that they are about, by URN */
  readonly own: string | undefined;
}

interface Known {
  /** Names in the dataset that are hidden, whether it is hidden itself or not. */
  own(dataset: string | undefined): ReadonlySet<string>;
  /** Names in the dataset that are hidden; `undefined`: the dataset is hidden itself, or not known. */
  columnsOf(dataset: string): ReadonlySet<string> | undefined;
  /** Everything hidden that a text may name; `undefined`: too much to say. */
  namesFor(text: Text): ReadonlySet<string> | undefined;
}

function toText(entity: Entity, telling: Telling | undefined): Text | undefined {
  if (!telling) return undefined;
  const isInside = entity.kind === "dataset" || entity.kind === "column";
  return { ...telling, ...placeOf(entity.urn), own: isInside ? withoutField(entity.urn) : undefined };
}

function placeOf(urn: string): Pick<Text, "depot" | "schema"> {
  const { kind, scope } = parseUrn(urn);
  return { depot: scope, schema: kind === "dataset" ? locate("dataset", withoutField(urn)).schema : undefined };
}

/** Looks up what the texts name, and what of it is hidden: a number of questions that does not grow with the texts. */
async function readKnown(store: CatalogStore, auth: Reading, texts: readonly Text[], asOf?: number): Promise<Known> {
  const wordsOf = new Map(texts.map((text) => [text, new Set(text.texts.flatMap((sql) => [...namesIn(sql)]))]));
  const evidences = texts.flatMap(({ own, texts: some }) => (own !== undefined && some.length > 0 ? own : []));
  const read = (await store.readEdges({ evidences: [...new Set(evidences)] })).map(({ edge }) => edge);
  const readBy = Map.groupBy(read, ({ evidence }) => evidence);

  const datasets = new Map<string, EntityRecord>();
  const urns = texts.flatMap(({ own, datasets: named }) => [...(own === undefined ? [] : [own]), ...named]);
  const wanted = [...new Set([...urns, ...read.map(({ from }) => withoutField(from))])];
  for (const [urn, record] of await store.findByUrns(wanted)) datasets.set(urn, record);
  const aliases = await store.findAliases(wanted.filter((urn) => !datasets.has(urn)));
  const renamed = await store.findByIds([...new Set(aliases.values())]);
  for (const [alias, id] of aliases) {
    const record = renamed.get(id);
    if (record) datasets.set(alias, record);
  }
  const named = new Map<string, readonly EntityRecord[]>();
  for (const depot of new Set(texts.flatMap((text) => text.depot ?? []))) {
    const words = texts.flatMap((text) => (text.depot === depot ? [...(wordsOf.get(text) ?? [])] : []));
    named.set(depot, await store.findNamed(depot, [...new Set(words)]));
  }

  const all = [...datasets.values(), ...[...named.values()].flat()];
  const columns = await readHiddenColumns(store, auth, new Map(all.map((record) => [record.id, record])), asOf);
  const hiddenIn = (record: EntityRecord): readonly string[] => columns.get(record.id) ?? [];
  return {
    own(urn) {
      const record = datasets.get(urn ?? "");
      return new Set(record && hiddenIn(record));
    },
    columnsOf(urn) {
      const record = datasets.get(urn);
      return record && isVisible(auth, record) ? new Set(hiddenIn(record)) : undefined;
    },
    namesFor(text) {
      const words = wordsOf.get(text) ?? new Set();
      if (words.size > maxNames) return undefined;
      const folded = new Set([...words].map((one) => one.toLowerCase()));
      const mayName = ({ name, urn }: EntityRecord): boolean => {
        const { schema } = locate("dataset", urn);
        const isNear = schema === undefined || schema === text.schema || folded.has(schema.toLowerCase());
        return isNear && folded.has(name.toLowerCase());
      };
      const evident = [
        text.own,
        ...text.datasets,
        ...(readBy.get(text.own ?? "") ?? []).map(({ from }) => withoutField(from)),
      ];
      const records = [
        ...evident.flatMap((urn) => datasets.get(urn ?? "") ?? []),
        ...(named.get(text.depot ?? "") ?? []).filter(mayName),
      ];
      return new Set(
        records.flatMap((record) => [...(isVisible(auth, record) ? [] : [record.name]), ...hiddenIn(record)]),
      );
    },
  };
}

/** Id of a dataset -> names, also former ones, of its columns that are hidden. */
async function readHiddenColumns(
  store: CatalogStore,
  auth: Reading,
  datasets: ReadonlyMap<string, EntityRecord>,
  asOf: number | undefined,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = [...datasets.keys()];
  const refused = [
    ...(await store.refusedColumns(ids, auth.filter)),
    ...(asOf === undefined ? [] : await refusedThen(store, auth, ids, asOf)),
  ];
  const names = new Map<string, string[]>();
  for (const { parentId = "", name, aliases } of refused) {
    const of = names.get(parentId) ?? [];
    of.push(name, ...aliases.flatMap((alias) => parseUrn(alias).field));
    names.set(parentId, of);
  }
  return names;
}

/** Columns as they were, as far as they were hidden then. */
async function refusedThen(
  store: CatalogStore,
  auth: Reading,
  datasets: readonly string[],
  asOf: number,
): Promise<readonly EntityRecord[]> {
  const columns = await store.findChildren(datasets, ["column"]);
  if (columns.length > maxColumnsAsOf) return columns;
  const refused: EntityRecord[] = [];
  for (const column of columns) {
    const then = await store.readAsOf(column, asOf);
    if (then && !isVisible(auth, then)) refused.push(column, { ...then, parentId: column.parentId });
  }
  return refused;
}
