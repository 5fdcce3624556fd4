import { z } from "zod";
import { keyword, mapping, opaqueMap, opt, req, shortText, text, texts, wholeNumber, withAliases } from "../schema.ts";
import type { SectionFault, SectionReading } from "../section.ts";
import { autoScaling, computeResources, secretUses } from "./runnable.ts";

const stores = ["abfss", "gcs", "s3", "wasbs"] as const;
const table = {
  relativePath: opt(text, "folder below it"),
  format: opt(shortText, "e.g. `ICEBERG`, `PARQUET`"),
  icebergCatalogType: opt(shortText, "`HIVE` or `HADOOP`"),
  metastoreType: opt(shortText, "`HIVE` or `REST`"),
  metastoreUrl: opt(text, "address of the metastore"),
};
const bucket = req(shortText.min(1), "name of the bucket");
const azure = mapping({
  account: opt(shortText, "name of the storage account"),
  container: opt(shortText, "name of the container"),
  endpointSuffix: opt(shortText, "e.g. `dfs.core.windows.net`"),
  ...table,
});

const engine = mapping({
  resources: opt(computeResources, "processor and memory"),
  instanceCount: opt(wholeNumber(0, 1000), "how many run"),
  maxInstanceCount: opt(wholeNumber(0, 1000), "how many run at most"),
  memory: opt(shortText, "memory, as Spark has it"),
});
const themis = mapping({
  envs: opt(texts, "its environment"),
  themisConf: opt(opaqueMap, "settings of the engine"),
  spark: opt(
    mapping({
      driver: opt(engine, "the driver"),
      executor: opt(engine, "the executors"),
      sparkConf: opt(opaqueMap, "settings of Spark"),
    }),
    "settings of Spark",
  ),
});

/** `lakehouse:` (`reference/dataos.md` §10). */
export const lakehouseSection = mapping({
  type: req(keyword(["iceberg"]), "the table format"),
  compute: req(shortText.min(1), "the compute it runs on"),
  runAsUser: opt(shortText.min(1), "whose rights it has"),
  runAsApiKey: opt(z.string().max(4096), "the key it uses; kept as a secret"),
  iceberg: req(
    withAliases(
      mapping({
        storage: req(
          mapping({
            depotName: opt(shortText.min(1), "name of the depot that it makes"),
            type: req(keyword(stores), "kind of store"),
            abfss: opt(azure, "for `abfss`"),
            wasbs: opt(azure, "for `wasbs`"),
            gcs: opt(mapping({ bucket, ...table }), "for `gcs`"),
            s3: opt(
              mapping({
                bucket,
                scheme: opt(shortText, "e.g. `s3a`"),
                region: opt(shortText, "region of the bucket"),
                endpoint: opt(shortText, "address of the service, where it is another one"),
                ...table,
              }),
              "for `s3`",
            ),
            secrets: opt(secretUses, "instance secrets with its credentials"),
          }),
          "where its files are",
        ),
        metastore: opt(
          mapping({
            type: req(keyword(["iceberg-rest-catalog"]), "kind of metastore"),
            replicas: opt(wholeNumber(0, 1000), "how many run"),
            autoScaling: opt(autoScaling, "between how many it scales"),
            resources: opt(computeResources, "processor and memory"),
          }),
          "what knows its tables",
        ),
        queryEngine: opt(
          mapping({
            type: req(keyword(["themis", "minerva"]), "the engine"),
            resources: opt(computeResources, "processor and memory"),
            themis: opt(themis, "settings of `themis`"),
            minerva: opt(opaqueMap, "settings of `minerva`"),
            storageAcl: opt(keyword(["r", "rw"]), "whether it may write"),
          }),
          "what answers queries",
        ),
      }),
      { metaStore: "metastore" },
    ),
    "settings of the table format",
  ),
});

export type LakehouseSection = z.infer<typeof lakehouseSection>;

export function readLakehouseSection(given: unknown): SectionReading<LakehouseSection> {
  const parsed = lakehouseSection.safeParse(given);
  if (!parsed.success) return { spec: undefined, faults: [...parsed.error.issues] };
  const faults: SectionFault[] = [];
  const { storage } = parsed.data.iceberg;
  if (storage[storage.type] === undefined) {
    const message = `\`${storage.type}\` is missing; a store of that type needs \`${storage.type}: {…}\``;
    faults.push({ path: ["iceberg", "storage"], message });
  }
  for (const store of stores) {
    if (store === storage.type || storage[store] === undefined) continue;
    const message = `\`${store}\` is not the place of a \`${storage.type}\` store; expected \`${storage.type}: {…}\``;
    faults.push({ path: ["iceberg", "storage", store], message });
  }
  return { spec: parsed.data, faults };
}
