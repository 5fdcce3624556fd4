import type { Resolvers } from "../generated/schema-types.ts";
import type { DecidedResolver } from "../root-field.ts";
import { allowedFields } from "./allowed.ts";
import { auditFields } from "./audit.ts";
import { dataPolicyFields } from "./data-policy.ts";
import { decisionFields } from "./decision.ts";
import { decisionTypes } from "./decision-type.ts";
import { entityFields, entityTypes } from "./entity.ts";
import { grantFields } from "./grant.ts";
import { identityFields } from "./identity.ts";
import { incidentFields, incidentTypes } from "./incident.ts";
import { lineageFields } from "./lineage.ts";
import { logFields } from "./log.ts";
import { meFields } from "./me.ts";
import { nodeFields, nodeTypes } from "./node.ts";
import { objectFields } from "./object.ts";
import { policyFields } from "./policy.ts";
import { policySafetyFields } from "./policy-safety.ts";
import { projectionFields } from "./projection.ts";
import { resourceFields, resourceTypesOf } from "./resource.ts";
import { runFields, runTypes } from "./run.ts";
import { searchFields, searchTypes } from "./search.ts";
import { workspaceFields } from "./workspace.ts";

type RootFields = Readonly<Record<string, DecidedResolver>>;

/** Every field of `Query` and `Mutation`. */
export const rootFields: { readonly Query: RootFields; readonly Mutation: RootFields } = {
  Query: {
    ...meFields.Query,
    ...nodeFields.Query,
    ...entityFields.Query,
    ...searchFields.Query,
    ...lineageFields.Query,
    ...decisionFields.Query,
    ...allowedFields.Query,
    ...dataPolicyFields.Query,
    ...policyFields.Query,
    ...policySafetyFields.Query,
    ...grantFields.Query,
    ...resourceFields.Query,
    ...workspaceFields.Query,
    ...incidentFields.Query,
    ...runFields.Query,
    ...logFields.Query,
    ...identityFields.Query,
    ...objectFields.Query,
    ...auditFields.Query,
  },
  Mutation: {
    ...entityFields.Mutation,
    ...resourceFields.Mutation,
    ...policyFields.Mutation,
    ...policySafetyFields.Mutation,
    ...workspaceFields.Mutation,
    ...incidentFields.Mutation,
    ...runFields.Mutation,
    ...identityFields.Mutation,
    ...objectFields.Mutation,
    ...grantFields.Mutation,
    ...projectionFields.Mutation,
  },
};

/** Fields of other types that are not plain properties of what their parent gave. */
export const typeFields: Pick<
  Resolvers,
  "Node" | "Entity" | "Resource" | "Run" | "Incident" | "SearchHit" | "Decision"
> = {
  ...nodeTypes,
  ...entityTypes,
  ...resourceTypesOf,
  ...runTypes,
  ...incidentTypes,
  ...searchTypes,
  ...decisionTypes,
};
