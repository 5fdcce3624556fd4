import { z } from "zod";
import { isName, workspaceNameRule } from "../names.ts";
import { keyword, listOf, mapping, opaqueMap, opt, req, shortText, tagList, text, texts } from "../schema.ts";
import type { SectionFault, SectionReading } from "../section.ts";
import { findCycle } from "./cycles.ts";

const crons = listOf(mapping({ cron: req(z.string(), "as cron has it") }), 50);
const words = opt(
  mapping({
    is: opt(z.array(shortText).min(1).max(20), "it is one of these"),
    contains: opt(z.array(shortText).min(1).max(20), "it contains one of these"),
  }),
  "what is waited for",
);

/** `bundle:` (`reference/dataos.md` §10): resources that come and go together. */
export const bundleSection = mapping({
  schedule: opt(
    mapping({
      initialState: req(keyword(["create", "delete"]), "whether they are there before the first time comes"),
      timezone: opt(shortText, "time zone of the schedule; default `UTC`"),
      create: opt(crons, "when they are made"),
      delete: opt(crons, "when they are deleted"),
    }),
    "when they come and go",
  ),
  workspaces: opt(
    z
      .array(
        mapping({
          name: z
            .string()
            .refine((name) => isName(workspaceNameRule, name), { message: `expected ${workspaceNameRule.words}` })
            .describe("name of the workspace"),
          description: opt(text, "what it is for"),
          tags: opt(tagList, "its tags"),
          labels: opt(texts, "its labels"),
          layer: opt(keyword(["user", "system"]), "`user` or `system`"),
        }),
      )
      .max(50),
    "workspaces that are made first",
  ),
  resources: req(
    z
      .array(
        mapping({
          id: req(shortText.min(1), "what others in the bundle name it by"),
          workspace: opt(shortText.min(1), "its workspace, where its type has one"),
          spec: opt(opaqueMap, "its manifest"),
          file: opt(z.string().min(1).max(1024), "the file with its manifest, read by whoever applies the bundle"),
          dependencies: opt(z.array(shortText).max(200), "ids of those it comes after"),
          dependencyConditions: opt(
            z
              .array(
                mapping({
                  resourceId: req(shortText.min(1), "id of the one it waits for"),
                  status: words,
                  runtime: words,
                }),
              )
              .max(200),
            "how the others must stand; default: status is `active`",
          ),
        }),
      )
      .min(1)
      .max(200),
    "the resources",
  ),
  properties: opt(opaqueMap, "anything else"),
  manageAsUser: opt(shortText.min(1), "whose rights it has"),
});

export type BundleSection = z.infer<typeof bundleSection>;

export function readBundleSection(given: unknown): SectionReading<BundleSection> {
  const parsed = bundleSection.safeParse(given);
  if (!parsed.success) return { spec: undefined, faults: [...parsed.error.issues] };
  const faults: SectionFault[] = [];
  const byId = new Map<string, { index: number; dependencies: readonly string[] }>();
  const { resources } = parsed.data;
  for (const [index, { id, spec, file, dependencies = [], dependencyConditions = [] }] of resources.entries()) {
    if ((spec === undefined) === (file === undefined)) {
      const message =
        spec === undefined
          ? "the manifest is missing; expected `spec: {…}` or `file`"
          : "`spec` and `file` say the same; keep one of them";
      faults.push({ path: ["resources", index], message });
    }
    if (byId.has(id)) {
      faults.push({ path: ["resources", index, "id"], message: `\`${id}\` is given twice; rename one of them` });
      continue;
    }
    const conditions = dependencyConditions.map(({ resourceId }) => resourceId);
    byId.set(id, { index, dependencies: [...new Set([...dependencies, ...conditions])] });
  }
  for (const [index, { id, dependencies = [], dependencyConditions = [] }] of resources.entries()) {
    const named = [
      ...dependencies.map((other, at) => ({ other, path: ["dependencies", at] })),
      ...dependencyConditions.map(({ resourceId }, at) => ({
        other: resourceId,
        path: ["dependencyConditions", at, "resourceId"],
      })),
    ];
    for (const { other, path } of named) {
      if (byId.has(other)) continue;
      const ids = [...byId.keys()].filter((one) => one !== id).map((one) => `\`${one}\``);
      const message = `\`${other}\` is no resource of the bundle${ids.length > 0 ? ` (resources: ${ids.join(", ")})` : ""}`;
      faults.push({ path: ["resources", index, ...path], message });
    }
  }
  const cycle = findCycle(byId);
  if (cycle) {
    faults.push({
      path: ["resources", byId.get(cycle[0] ?? "")?.index ?? 0, "dependencies"],
      message: `resources wait for each other: ${cycle.map((id) => `\`${id}\``).join(" -> ")}; remove one of these dependencies`,
    });
  }
  return { spec: parsed.data, faults };
}
