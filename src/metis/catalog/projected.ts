import type { FilteredObject } from "../../shared/object-filter.ts";
import type { Entity, EntityKind, LifecycleState, LineageNode, SearchDocument } from "../ports.ts";
import { describeEntity, ownersOf, tagsOf } from "./describe.ts";
import { locate } from "./location.ts";

/** States in which an entity is listed, counted and found. */
export const listedStates: readonly LifecycleState[] = ["active", "unknown"];
/** States in which it is a node of the lineage graph: what is out of scope is still there and still feeds others. */
export const tracedStates: readonly LifecycleState[] = ["active", "unknown", "outOfScope"];
/** Kinds that data flows through. */
export const tracedKinds: readonly EntityKind[] = ["dataset", "column", "job"];

/** Whether the search index holds a document of its own for it; columns ride in their dataset's. */
export function isSearchable({ kind, state }: Pick<Entity, "kind" | "state">): boolean {
  return kind !== "column" && listedStates.includes(state);
}

/** Whether the lineage graph holds a node for it. */
export function isTraced({ kind, state }: Pick<Entity, "kind" | "state">): boolean {
  return tracedKinds.includes(kind) && tracedStates.includes(state);
}

/**
 * The search document of an entity that is not a column.
 * @param columns all columns that ever were, by position; those not listed any more only raise `seq`
 * @param containerSeq newest change of anything that it is in, read before it
 */
export function toSearchDocument(entity: Entity, columns: readonly Entity[], containerSeq: number): SearchDocument {
  const { schema } = locate(entity.kind, entity.urn);
  return {
    urn: entity.urn,
    id: entity.id,
    kind: entity.kind,
    name: entity.name,
    qualifiedName: entity.qualifiedName,
    description: descriptionOf(entity),
    depot: entity.depot ?? "",
    datasetType: entity.aspects.structure?.datasetType ?? "",
    schemaName: schema ?? "",
    tags: tagsOf(entity),
    owners: ownersOf(entity),
    columns: columns
      .filter((column) => listedStates.includes(column.state))
      .map((column) => ({
        name: column.name,
        description: descriptionOf(column),
        tags: tagsOf(column),
        object: toFilteredObject(column),
      })),
    state: entity.state,
    seq: columns.reduce((seq, column) => Math.max(seq, column.seq), Math.max(entity.seq, containerSeq)),
    object: toFilteredObject(entity),
  };
}

/**
 * The lineage node of a traced entity.
 * @param containerSeq newest change of anything that it is in, read before it
 */
export function toLineageNode(entity: Entity, containerSeq: number): LineageNode {
  const { urn, kind, name, state } = entity;
  return { urn, kind, name, state, seq: Math.max(entity.seq, containerSeq), object: toFilteredObject(entity) };
}

function toFilteredObject(entity: Entity): FilteredObject {
  const { paths, tags, attributes } = describeEntity(entity);
  return { paths, tags, attributes };
}

function descriptionOf(entity: Entity): string {
  return entity.aspects.documentation?.description ?? "";
}
