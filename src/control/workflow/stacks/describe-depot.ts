import type { DecisionObject } from "../../../shared/decision.ts";
import { formatUrn } from "../../../shared/urn.ts";

/** The depot as the catalog describes it, also before it is there. */
export function describeCatalogDepot(depot: string): DecisionObject {
  return {
    type: "depot",
    paths: [formatUrn({ kind: "depot", scope: depot }), `dataos://${depot}`],
    tags: ["dataos:type:entity", "dataos:type:depot", `dataos:depot:${depot}`],
    attributes: { kind: "depot", name: depot, depot },
  };
}
