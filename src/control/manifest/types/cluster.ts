import { z } from "zod";
import {
  bool,
  emptyAsAbsent,
  keyword,
  mapping,
  opaque,
  opaqueMap,
  opt,
  req,
  shortText,
  texts,
  wholeNumber,
} from "../schema.ts";
import { computeResources, ingress, logLevel, secretUses } from "./runnable.ts";

const match = emptyAsAbsent(keyword(["any", "all"]));
const priority = emptyAsAbsent(wholeNumber(1, 5000));
const apiKey = z.string().max(4096);

const attachedDepot = mapping({
  address: req(shortText.min(1), "address of the depot, e.g. `dataos://lakehouse?acl=r`"),
  properties: opt(texts, "settings of its connector"),
  secrets: opt(secretUses, "secrets it needs"),
});
const depots = z.array(attachedDepot).max(200);

const minerva = mapping({
  replicas: req(wholeNumber(1, 1000), "how many answer side by side"),
  selector: opt(
    mapping({
      users: opt(z.array(shortText).max(200), "whose queries it takes, as globs"),
      tags: opt(z.array(shortText).max(200), "tags of those whose queries it takes"),
      sources: opt(z.array(shortText).max(200), "programs whose queries it takes, as globs"),
      match: opt(match, "one of the tags, or all; default `any`"),
      priority: opt(priority, "1..5000, the lower the sooner; default 10"),
    }),
    "which queries it takes",
  ),
  match: opt(match, "the same as `selector.match`"),
  priority: opt(priority, "the same as `selector.priority`"),
  runAsUser: opt(shortText.min(1), "whose rights it has"),
  runAsApiKey: opt(apiKey, "the key it uses; kept as a secret"),
  resources: opt(computeResources, "processor and memory of each replica"),
  debug: opt(
    mapping({ logLevel: opt(logLevel, "how much it logs"), trinoLogLevel: opt(logLevel, "how much the engine logs") }),
    "what it logs",
  ),
  secrets: opt(secretUses, "secrets it needs"),
  depots: opt(depots, "what can be asked"),
  catalogs: opt(
    z
      .array(
        mapping({
          name: req(shortText.min(1), "name of the catalog"),
          type: req(shortText.min(1), "its connector"),
          properties: opt(texts, "settings of its connector"),
          secrets: opt(secretUses, "secrets it needs"),
        }),
      )
      .max(200),
    "what can be asked without a depot",
  ),
  coordinatorEnvs: opt(texts, "environment of the coordinator"),
  workerEnvs: opt(texts, "environment of the workers"),
  overrideDefaultEnvs: opt(bool, "take no other environment"),
  spillOverVolume: opt(shortText, "where queries go that do not fit into memory"),
});

const themis = mapping({
  themisConf: opt(opaqueMap, "settings of the engine"),
  envs: opt(texts, "its environment"),
  spark: opt(opaqueMap, "driver, executor and settings of Spark"),
  resources: opt(computeResources, "processor and memory"),
  depots: opt(depots, "what can be asked"),
  storageAcl: opt(keyword(["r", "rw"]), "whether it may write"),
});

const nats = mapping({
  replicas: opt(wholeNumber(1, 1000), "how many run"),
  volumeType: opt(shortText, "kind of its volume"),
  volumeSize: opt(shortText, "size of its volume"),
  maxConnections: opt(wholeNumber(1, 1_000_000), "most connections"),
  roles: opt(
    z
      .array(
        mapping({
          name: req(shortText.min(1), "name of the role"),
          permissions: opt(opaqueMap, "`publish`, `subscribe`, `allow_responses`"),
        }),
      )
      .max(200),
    "who may send and hear what",
  ),
});

const jupyterHub = mapping({
  ingress: opt(ingress, "how it is reached from outside"),
  oidcConfig: opt(
    mapping({
      clientId: req(shortText.min(1), "its id at the identity provider"),
      clientSecret: req(z.string().max(4096), "its secret there; kept as a secret"),
    }),
    "how people log in",
  ),
  storageClass: opt(shortText, "where notebooks are kept"),
  singleUserConfig: opt(mapping({ volumeCapacity: opt(shortText, "space for each") }), "what each person has"),
});

const pool = mapping({
  name: opt(shortText.min(1), "name of the pool"),
  replicas: opt(wholeNumber(0, 1000), "machines in it"),
  instanceType: opt(shortText, "kind of machine"),
});

/** `cluster:` (`reference/dataos.md` §10; pools of machines are the seeds' form). */
export const clusterSection = mapping({
  compute: opt(
    z.union([shortText.min(1), z.array(pool).min(1).max(50)], {
      error: "expected the name of a compute, or a list of pools",
    }),
    "the compute it runs on, or its pools of machines",
  ),
  type: opt(keyword(["minerva", "themis", "nats", "jupyterHub", "flash"]), "the engine"),
  runAsUser: opt(shortText.min(1), "whose rights it has"),
  runAsApiKey: opt(apiKey, "the key it uses; kept as a secret"),
  maintenance: opt(
    mapping({
      restartCron: opt(z.string(), "when it starts anew, as cron has it"),
      timezone: opt(shortText, "time zone of `restartCron`; default `UTC`"),
      scalingCrons: opt(
        z
          .array(
            mapping({
              cron: req(z.string(), "when it changes its size"),
              timezone: opt(shortText, "time zone of `cron`; default `UTC`"),
              replicas: opt(wholeNumber(0, 1000), "to how many"),
              resources: opt(computeResources, "to how much"),
            }),
          )
          .max(50),
        "when it grows and shrinks",
      ),
    }),
    "what happens to it by the clock",
  ),
  minerva: opt(minerva, "settings of a query engine"),
  themis: opt(themis, "settings of a Spark SQL engine"),
  nats: opt(nats, "settings of a message server"),
  jupyterHub: opt(jupyterHub, "settings of a notebook server"),
  flash: opt(opaque, "settings of a caching layer"),
});

export type ClusterSection = z.infer<typeof clusterSection>;
