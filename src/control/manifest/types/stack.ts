import { z } from "zod";
import {
  keyword,
  listOf,
  mapping,
  opaqueMap,
  opt,
  port,
  req,
  scalarText,
  shortText,
  text,
  texts,
  withAliases,
} from "../schema.ts";

const template = z.string().max(262_144);
const config = opt(
  withAliases(
    mapping({
      configFileTemplate: opt(template, "files that the program finds, as a template"),
      containerResourceTemplate: opt(template, "the container, as a template"),
      resourceTemplate: opt(template, "the resource, as a template"),
      resourceTemplateConfig: opt(
        mapping({
          resourceTemplate: opt(template, "the resource, as a template"),
          successCondition: opt(text, "when it has succeeded"),
          failureCondition: opt(text, "when it has failed"),
        }),
        "the resource and how it ends",
      ),
    }),
    // the documentation's own slip
    { conatinerResourceTemplate: "containerResourceTemplate" },
  ),
  "how it is started there",
);

/** `stack:` (`reference/dataos.md` §10): what carries out jobs, services and workers. */
export const stackSection = mapping({
  name: req(shortText.min(1), "the name that `stack:` of a job has"),
  version: req(scalarText, "the version behind the colon"),
  flavor: opt(shortText, "the word behind the plus sign"),
  reconciler: opt(shortText, "what looks after it, e.g. `stackManager`"),
  image: opt(
    mapping({
      registry: opt(shortText, "address of the registry"),
      repository: opt(shortText, "repository there"),
      image: opt(shortText, "name of the image"),
      tag: opt(scalarText, "its tag"),
      auth: opt(mapping({ imagePullSecret: opt(shortText, "secret that the image is fetched with") }), "how to log in"),
    }),
    "its container",
  ),
  command: opt(z.array(text).max(200), "the command"),
  arguments: opt(z.array(text).max(200), "its arguments"),
  environmentVars: opt(texts, "its environment"),
  ports: opt(
    listOf(
      mapping({
        name: opt(shortText, "name of the port"),
        servicePort: opt(port, "its number"),
        targetPort: opt(port, "the number inside"),
      }),
      50,
    ),
    "ports it answers on",
  ),
  secretProjection: opt(
    mapping({ type: req(keyword(["envVars", "propFile"]), "as variables or as a file") }),
    "how it gets secrets",
  ),
  dataOsAddressJqFilters: opt(z.array(text).max(100), "where addresses stand in its `stackSpec`, as jq filters"),
  stackSpecValueSchema: opt(
    mapping({ jsonSchema: req(z.union([template, opaqueMap]), "a JSON Schema, as text or mapping") }),
    "the grammar of its `stackSpec`",
  ),
  workflowJobConfig: config,
  workflowConfig: config,
  serviceConfig: config,
  workerConfig: config,
});

export type StackSection = z.infer<typeof stackSection>;
