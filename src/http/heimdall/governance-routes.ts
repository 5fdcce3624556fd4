import type { GrantHistory } from "../../control/index.ts";
import type { GraphqlServices } from "../../graphql/index.ts";
import type { AddRoute } from "../access/routes.ts";
import { addDataPolicyRoutes } from "./data-policy-routes.ts";
import { createGovernedResources, type PolicyDocuments } from "./governed.ts";
import { addGrantRoutes } from "./grant-routes.ts";
import { addPolicyRoutes } from "./policy-routes.ts";
import { addVocabularyRoutes } from "./vocabulary-routes.ts";

interface Services extends Pick<GraphqlServices, "authorizer" | "control" | "questions"> {
  readonly policyDocuments: PolicyDocuments;
  readonly grantHistory: GrantHistory;
}

/** The vendor's routes of what is decided by: policies, data policies, providers, atoms, use-cases, grants and requests for them. */
export function addGovernanceRoutes(addRoute: AddRoute, services: Services): void {
  const governed = createGovernedResources(services, services.policyDocuments);
  addPolicyRoutes(addRoute, governed);
  addDataPolicyRoutes(addRoute, governed, services);
  addVocabularyRoutes(addRoute, governed);
  addGrantRoutes(addRoute, governed, services);
}
