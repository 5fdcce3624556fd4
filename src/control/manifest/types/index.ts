import type { z } from "zod";
import type { ResourceType } from "../../ports.ts";
import { readWith, type SectionReading } from "../section.ts";
import { type BundleSection, bundleSection, readBundleSection } from "./bundle.ts";
import { type ClusterSection, clusterSection } from "./cluster.ts";
import { computeSection } from "./compute.ts";
import { type DatabaseSection, databaseSection } from "./database.ts";
import { type DepotSpec, depotSections, readDepotSection } from "./depot.ts";
import { type GrantSection, grantSection } from "./grant.ts";
import { type RoleSection, roleSection, type UserSection, userSection } from "./identity.ts";
import { type LakehouseSection, lakehouseSection, readLakehouseSection } from "./lakehouse.ts";
import { type MonitorSection, monitorSection, readMonitorSection } from "./monitor.ts";
import { type ObjectTypeSection, objectTypeSection } from "./object-type.ts";
import { type OperatorSection, operatorSection } from "./operator.ts";
import { type PagerSection, pagerSection } from "./pager.ts";
import { policySchema, policySection } from "./policy.ts";
import { type ProductSpec, productSections, readProductSection } from "./product.ts";
import { type SecretSection, secretSection } from "./secret.ts";
import {
  type LongRunningSpec,
  readServiceSection,
  readWorkerSection,
  serviceSection,
  workerSection,
} from "./service.ts";
import { type StackSection, stackSection } from "./stack.ts";
import { type ProviderSection, providerSection, type UseCaseSection, useCaseSection } from "./vocabulary.ts";
import { type VolumeSection, volumeSection } from "./volume.ts";
import { readWorkflowSection, type WorkflowSpec, workflowSection } from "./workflow.ts";

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
  readonly service: LongRunningSpec;
  readonly worker: LongRunningSpec;
  readonly monitor: MonitorSection;
  readonly pager: PagerSection;
  readonly compute: z.infer<typeof computeSection>;
  readonly cluster: ClusterSection;
  readonly volume: VolumeSection;
  readonly database: DatabaseSection;
  readonly lakehouse: LakehouseSection;
  readonly bundle: BundleSection;
  readonly product: ProductSpec;
  readonly operator: OperatorSection;
  readonly stack: StackSection;
  readonly user: UserSection;
  readonly role: RoleSection;
  readonly "object-type": ObjectTypeSection;
}

interface TypeGrammar<T extends ResourceType> {
  /** version -> schema of the section, which editors get; the first version is the default */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
  read(section: unknown, version: string): SectionReading<SpecOf[T]>;
}

/** The grammar of every type. */
export const grammars: { readonly [T in ResourceType]: TypeGrammar<T> } = {
  "instance-secret": by({ v1: secretSection }),
  secret: by({ v1: secretSection }),
  depot: { schemas: depotSections, read: readDepotSection },
  policy: { schemas: { v1: policySchema }, read: (section) => readWith(policySection, section) },
  grant: by({ v1alpha: grantSection, v1: grantSection }),
  provider: by({ v1: providerSection }),
  "use-case": by({ v1: useCaseSection }),
  workflow: { schemas: { v1: workflowSection }, read: readWorkflowSection },
  service: { schemas: { v1: serviceSection }, read: readServiceSection },
  worker: { schemas: { v1beta: workerSection }, read: readWorkerSection },
  monitor: { schemas: { v1alpha: monitorSection }, read: readMonitorSection },
  pager: by({ v1alpha: pagerSection }),
  compute: by({ v1beta: computeSection, v1: computeSection }),
  cluster: by({ v1: clusterSection }),
  volume: by({ v1beta: volumeSection }),
  database: by({ v1: databaseSection }),
  lakehouse: { schemas: { v1alpha: lakehouseSection }, read: readLakehouseSection },
  bundle: { schemas: { v1beta: bundleSection, v1alpha: bundleSection }, read: readBundleSection },
  product: { schemas: productSections, read: readProductSection },
  operator: by({ v1alpha: operatorSection }),
  stack: by({ v1alpha: stackSection }),
  user: by({ v1: userSection }),
  role: by({ v1: roleSection }),
  "object-type": by({ v1: objectTypeSection }),
};

/** A type whose sections are what their schemas take. */
function by<Spec>(schemas: Readonly<Record<string, z.ZodType<Spec>>>): {
  readonly schemas: Readonly<Record<string, z.ZodType>>;
  read(section: unknown, version: string): SectionReading<Spec>;
} {
  const [first] = Object.values(schemas);
  if (!first) throw new TypeError("a type has at least one version");
  return { schemas, read: (section, version) => readWith(schemas[version] ?? first, section) };
}

/** What a manifest of 2021 to 2022 calls the first version of every type. */
export const formerVersion = "v1beta1";

/** The versions of a type, the default first. */
export function versionsOf(type: ResourceType): readonly [string, ...string[]] {
  return Object.keys(grammars[type].schemas) as [string, ...string[]];
}

/** Types of the vendor's documentation that are not built. */
export const plannedTypes: readonly string[] = ["resource", "lens", "dataplane", "domain"];
