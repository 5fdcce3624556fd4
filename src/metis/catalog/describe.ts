import type { AttributeValue, DecisionObject, ObjectColumn } from "../../shared/decision.ts";
import type { Entity } from "../ports.ts";
import { locate } from "./location.ts";

/**
 * What a policy decides on when it decides on `entity`.
 * - paths: URN, former URNs, UDL addresses (short, and with the database)
 * - tags: its own (a column's are not its dataset's), `dataos:type:entity`, `dataos:type:<kind>`, `dataos:depot:<depot>`
 * - attributes: `kind name depot database schema datasetType owner owners state qualifiedName`; absent ones are left out
 *
 * @param columns of a dataset, by position, so that masks can be decided
 */
export function describeEntity(entity: Entity, columns?: readonly Entity[]): DecisionObject {
  const { database, schema, udls } = locate(entity.kind, entity.urn);
  const owners = ownersOf(entity);
  const attributes: Record<string, AttributeValue> = { kind: entity.kind, name: entity.name };
  const add = (name: string, value: AttributeValue | undefined): void => {
    if (value !== undefined) attributes[name] = value;
  };
  add("depot", entity.depot);
  add("database", database);
  add("schema", schema);
  add("datasetType", entity.aspects.structure?.datasetType);
  add("owner", owners[0]);
  if (owners.length > 0) attributes.owners = owners;
  add("state", entity.state);
  add("qualifiedName", entity.qualifiedName);
  return {
    id: entity.id,
    type: entity.kind,
    paths: [entity.urn, ...entity.aliases, ...udls],
    tags: [...tagsOf(entity), ...derivedTags(entity)],
    attributes,
    ...(columns === undefined ? {} : { columns: columns.map(describeColumn) }),
  };
}

/** The tags that say what a thing is and where it came from. */
export function derivedTags({ kind, depot }: Pick<Entity, "kind" | "depot">): string[] {
  const tags = ["dataos:type:entity", `dataos:type:${kind}`];
  return depot === undefined ? tags : [...tags, `dataos:depot:${depot}`];
}

/** Merged tags, sorted. */
export function tagsOf(entity: Pick<Entity, "aspects">): readonly string[] {
  return entity.aspects.tags?.tags ?? [];
}

/** Owners in the order they were given. */
export function ownersOf(entity: Pick<Entity, "aspects">): readonly string[] {
  return entity.aspects.ownership?.owners ?? [];
}

function describeColumn(column: Entity): ObjectColumn {
  return { name: column.name, dataType: column.aspects.structure?.dataType ?? "", tags: tagsOf(column) };
}
