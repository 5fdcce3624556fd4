import type { ResourceType } from "../../ports.ts";
import { readWith, type SectionReading } from "../section.ts";
import { computeSection } from "./compute.ts";
import { type DepotSpec, readDepotSection } from "./depot.ts";
import { type GrantSection, grantSection } from "./grant.ts";
import { type RoleSection, roleSection, type UserSection, userSection } from "./identity.ts";
import { policySection } from "./policy.ts";
import { type SecretSection, secretSection } from "./secret.ts";
import { type ProviderSection, providerSection, type UseCaseSection, useCaseSection } from "./vocabulary.ts";
import { readWorkflowSection, type WorkflowSpec } from "./workflow.ts";

/** What each type's section is read into. */
export interface SpecOf {
  readonly "instance-secret": SecretSection;
  readonly secret: SecretSection;
  readonly depot: DepotSpec;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly grant: GrantSection;
  readonly provider: ProviderSection;
  readonly "use-case": UseCaseSection;
  readonly workflow: WorkflowSpec;
  readonly compute: unknown;
  readonly user: UserSection;
  readonly role: RoleSection;
}

interface TypeGrammar<T extends ResourceType> {
  /** first is the default; others are taken too */
  readonly versions: readonly [string, ...string[]];
  read(section: unknown, version: string): SectionReading<SpecOf[T]>;
}

/** The grammar of every supported type. */
export const grammars: { readonly [T in ResourceType]: TypeGrammar<T> } = {
  "instance-secret": { versions: ["v1"], read: (section) => readWith(secretSection, section) },
  secret: { versions: ["v1", "v1beta1"], read: (section) => readWith(secretSection, section) },
  depot: { versions: ["v1", "v1beta1", "v2alpha"], read: readDepotSection },
  policy: { versions: ["v1"], read: (section) => readWith(policySection, section) },
  grant: { versions: ["v1alpha", "v1"], read: (section) => readWith(grantSection, section) },
  provider: { versions: ["v1"], read: (section) => readWith(providerSection, section) },
  "use-case": { versions: ["v1"], read: (section) => readWith(useCaseSection, section) },
  workflow: { versions: ["v1", "v1beta1"], read: readWorkflowSection },
  compute: { versions: ["v1beta", "v1"], read: (section) => readWith(computeSection, section) },
  user: { versions: ["v1"], read: (section) => readWith(userSection, section) },
  role: { versions: ["v1"], read: (section) => readWith(roleSection, section) },
};

/** Types of the vendor's documentation that are not built yet. */
export const plannedTypes: readonly string[] = [
  "service",
  "worker",
  "cluster",
  "volume",
  "database",
  "resource",
  "monitor",
  "pager",
  "lakehouse",
  "lens",
  "dataplane",
  "stack",
  "operator",
  "bundle",
  "data",
  "product",
  "domain",
];
