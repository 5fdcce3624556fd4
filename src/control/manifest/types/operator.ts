import { z } from "zod";
import { bool, keyword, mapping, opt, port, req, shortText, text, texts } from "../schema.ts";
import { computeResources, secretUses } from "./runnable.ts";

const apiKey = opt(z.string().max(4096), "the key it uses; kept as a secret");
const runAsUser = opt(shortText.min(1), "whose rights it has");
const compute = req(shortText.min(1), "the compute it runs on");

/** `operator:` (`reference/dataos.md` §10): programs that look after resources outside. */
export const operatorSection = mapping({
  components: req(
    z
      .array(
        mapping({
          name: req(shortText.min(1), "name of the program"),
          type: req(keyword(["service", "worker"]), "whether it answers on ports"),
          compute,
          runAsUser,
          runAsApiKey: apiKey,
          image: req(shortText.min(1), "image of its container"),
          imagePullSecret: opt(shortText, "secret that the image is fetched with"),
          command: opt(z.array(text).max(200), "the command"),
          arguments: opt(z.array(text).max(200), "its arguments"),
          replicas: req(z.int().min(0).max(1000), "how many run"),
          environmentVars: opt(texts, "its environment"),
          secrets: opt(secretUses, "secrets it needs"),
          resources: opt(computeResources, "processor and memory"),
          ports: opt(
            z
              .array(
                mapping({
                  name: req(shortText.min(1), "name of the port"),
                  servicePort: req(port, "its number"),
                  targetPort: opt(port, "the number inside"),
                }),
              )
              .max(50),
            "ports it answers on",
          ),
        }),
      )
      .min(1)
      .max(50),
    "its programs",
  ),
  resources: req(
    z
      .array(
        mapping({
          name: req(shortText.min(1), "name of the kind of resource"),
          nameJqFilter: opt(text, "finds a resource's name"),
          isRunnable: req(bool, "whether it can be started"),
          specSchema: opt(
            mapping({ jsonSchema: req(z.string().max(262_144), "a JSON Schema, as text") }),
            "its grammar",
          ),
          natsApi: opt(
            mapping({
              command: req(
                mapping({ stream: req(shortText, "stream"), subject: req(shortText, "subject") }),
                "for commands",
              ),
              query: req(
                mapping({ subject: req(shortText, "subject"), replySubject: req(shortText, "subject of answers") }),
                "for questions",
              ),
            }),
            "how it is spoken to",
          ),
        }),
      )
      .min(1)
      .max(50),
    "the kinds of resources it looks after",
  ),
  enabledWorkspaces: req(z.array(shortText).max(200), "workspaces that may use it"),
  natsClusterConfig: opt(
    mapping({ name: req(shortText.min(1), "name of the cluster"), compute, runAsUser, runAsApiKey: apiKey }),
    "the message server it uses",
  ),
});

export type OperatorSection = z.infer<typeof operatorSection>;
